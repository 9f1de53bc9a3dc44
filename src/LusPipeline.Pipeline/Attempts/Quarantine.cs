using LusPipeline.Ledger.Moves;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>
/// Lets one stage's work of this process run side by side, but alone what an earlier start has no end of: such work may bring the
/// process down, and a crash counts against everything that is in work.
/// </summary>
public sealed class Quarantine : IDisposable
{
    /// <summary>More than are ever in work side by side.</summary>
    private const int Places = 4096;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _places = new(Places);

    /// <summary>Starts work when its turn has come.</summary>
    /// <param name="start">Records the start; told whether the work would be alone. It is called again, alone, for a suspect.</param>
    /// <returns>What became of the start, and what to dispose when the work has ended.</returns>
    public async Task<(IDisposable Stay, StartOutcome Outcome, TWork? Work)> StartAsync<TWork>(
        Func<bool, Task<(StartOutcome Outcome, TWork? Work)>> start, CancellationToken cancellation)
        where TWork : class
    {
        ArgumentNullException.ThrowIfNull(start);
        for (var alone = false; ; alone = true)
        {
            var stay = await EnterAsync(alone ? Places : 1, cancellation).ConfigureAwait(false);
            var outcome = StartOutcome.Suspect;
            try
            {
                (outcome, var work) = await start(alone).ConfigureAwait(false);
                if (outcome != StartOutcome.Suspect)
                    return (stay, outcome, work);
            }
            finally
            {
                if (outcome == StartOutcome.Suspect)
                    stay.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _places.Dispose();
    }

    private async Task<Stay> EnterAsync(int wanted, CancellationToken cancellation)
    {
        var taken = 0;
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (; taken < wanted; taken++)
                await _places.WaitAsync(cancellation).ConfigureAwait(false);
            return new Stay(_places, taken);
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

    private sealed class Stay(SemaphoreSlim places, int taken) : IDisposable
    {
        private SemaphoreSlim? _places = places;

        public void Dispose() => Interlocked.Exchange(ref _places, null)?.Release(taken);
    }
}
