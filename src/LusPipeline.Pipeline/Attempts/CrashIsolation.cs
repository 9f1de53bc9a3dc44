using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// Lets attempts of one stage run in parallel in this process. Work is suspect if an earlier start of it did not end. A suspect runs alone,
/// because it may crash the process, and a crash counts against all work that runs at that moment.
/// </summary>
public sealed class CrashIsolation : IDisposable
{
    /// <summary>
    /// The number of places, which is larger than the number of attempts that ever run in parallel. An attempt that runs alone takes all
    /// places.
    /// </summary>
    private const int Places = 4096;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _places = new(Places);

    /// <summary>
    /// Waits for a place and starts an attempt. If the work is suspect, it waits until the attempt can run alone and starts it again.
    /// </summary>
    /// <param name="start">Records the start in the ledger. Its argument says whether the attempt runs alone.</param>
    /// <returns>The place, the outcome of the start and the started work. Dispose the place when the attempt has ended.</returns>
    public async Task<(IDisposable Place, StartOutcome Outcome, TWork? Work)> StartAsync<TWork>(
        Func<bool, Task<(StartOutcome Outcome, TWork? Work)>> start, CancellationToken cancellation)
        where TWork : class
    {
        ArgumentNullException.ThrowIfNull(start);
        for (var alone = false; ; alone = true)
        {
            var place = await EnterAsync(alone ? Places : 1, cancellation).ConfigureAwait(false);
            var outcome = StartOutcome.Suspect;
            try
            {
                (outcome, var work) = await start(alone).ConfigureAwait(false);
                if (outcome != StartOutcome.Suspect)
                    return (place, outcome, work);
            }
            finally
            {
                if (outcome == StartOutcome.Suspect)
                    place.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _places.Dispose();
    }

    private async Task<Place> EnterAsync(int wanted, CancellationToken cancellation)
    {
        var taken = 0;
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (; taken < wanted; taken++)
                await _places.WaitAsync(cancellation).ConfigureAwait(false);
            return new Place(_places, taken);
        }
        catch (OperationCanceledException) when (taken > 0)
        {
            _places.Release(taken);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    private sealed class Place(SemaphoreSlim places, int taken) : IDisposable
    {
        private SemaphoreSlim? _places = places;

        public void Dispose() => Interlocked.Exchange(ref _places, null)?.Release(taken);
    }
}
