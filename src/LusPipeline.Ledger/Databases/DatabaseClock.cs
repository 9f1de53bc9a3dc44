using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>
/// The database's clock without asking it every time: its time at the last heartbeat plus what a monotonic clock has counted since.
/// All workers that share a database agree by it on leases, retries and sweeps, however wrong the clocks of their machines are.
/// </summary>
public sealed class DatabaseClock : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _at;
    private long _since;
    private bool _known;

    /// <summary>A clock that is set once: good for a command's time.</summary>
    public static async Task<DatabaseClock> AskAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(open);
        await using var ledger = open();
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        var clock = new DatabaseClock();
        var asked = Stopwatch.GetTimestamp();
        var now = await ledger.Database.SqlQuery<DateTime>($"""SELECT clock_timestamp() AS "Value" """).ToListAsync(cancellation).ConfigureAwait(false);
        clock.Synchronize(DateTime.SpecifyKind(now.Single(), DateTimeKind.Utc), asked);
        return clock;
    }

    /// <summary>Takes over what the database just said.</summary>
    /// <param name="databaseNow">UTC.</param>
    /// <param name="asked">Time stamp of the question (<see cref="TimeProvider.GetTimestamp"/>); half of what has passed since counts as the answer's way.</param>
    public void Synchronize(DateTime databaseNow, long asked)
    {
        var answered = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            _at = new DateTimeOffset(databaseNow, TimeSpan.Zero) + (Stopwatch.GetElapsedTime(asked, answered) / 2);
            _since = answered;
            _known = true;
        }
    }

    /// <exception cref="InvalidOperationException">No heartbeat has reached the database yet.</exception>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _known
                ? _at + Stopwatch.GetElapsedTime(_since)
                : throw new InvalidOperationException("The database's time is not known before the first heartbeat.");
        }
    }
}
