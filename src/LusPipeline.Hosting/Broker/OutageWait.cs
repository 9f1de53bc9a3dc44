using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Broker;

/// <summary>Waits while the database or the bucket cannot be reached. Meanwhile messages stay with this worker, and no attempt counts.</summary>
public sealed partial class OutageWait(TimeProvider clock, ILogger<OutageWait> logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private int _waiting;

    /// <summary>Whether anything waits now.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting) > 0;

    /// <summary>Whether an error is an outage, so that waiting may help.</summary>
    public static bool Is(Exception failure) => failure is BucketUnavailableException || LedgerOutage.Is(failure);

    /// <summary>Does the work, and repeats it after each outage.</summary>
    /// <exception cref="OperationCanceledException">The worker stops, perhaps during an outage.</exception>
    public async Task WaitOutAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(work);
        for (var tries = 0; ; tries++)
        {
            try
            {
                await work(stopping).ConfigureAwait(false);
                return;
            }
            catch (Exception away) when (Is(away))
            {
                await WaitAsync(away, tries, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits once, for loops that do more than try again. Others use <see cref="WaitOutAsync"/>.</summary>
    /// <param name="tries">How often this outage has been waited for already. The first waits are short.</param>
    public async Task WaitAsync(Exception failure, int tries, CancellationToken stopping)
    {
        if (tries == 0)
            LogOutage(logger, failure is BucketUnavailableException away ? away.Place : "database", failure.GetType().Name);
        var wait = TimeSpan.FromMilliseconds(200 * Math.Pow(2, Math.Min(tries, 10)));
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(wait < Longest ? wait : Longest, clock, stopping).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The {Place} is not reachable ({Failure}): waiting")]
    private static partial void LogOutage(ILogger logger, string place, string failure);
}
