using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>
/// Gives the database's time without a query: the time at the last heartbeat plus what a monotonic clock has counted since. Workers that
/// share a database therefore agree on leases, retries and sweeps, even where the clocks of their machines are wrong.
/// </summary>
public sealed class DatabaseClock : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _at;
    private long _since;
    private bool _known;

    /// <summary>Makes a clock that is set once from the database. This is accurate enough for a single command.</summary>
    public static async Task<DatabaseClock> AskAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(open);
        await using var ledger = open();
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        // Plain, because half of the time that EF Core takes to compile a query would count as the way of the answer.
        await using var command = ledger.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT clock_timestamp()";
        var clock = new DatabaseClock();
        var asked = Stopwatch.GetTimestamp();
        var now = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
        clock.Synchronize(DateTime.SpecifyKind((DateTime)now!, DateTimeKind.Utc), asked);
        return clock;
    }

    /// <summary>Sets the clock to the time that the database just reported.</summary>
    /// <param name="databaseNow">The database's time, UTC.</param>
    /// <param name="asked">
    /// Time stamp (<see cref="TimeProvider.GetTimestamp"/>) taken before the query. Half of the round trip is added to the reported time.
    /// </param>
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
