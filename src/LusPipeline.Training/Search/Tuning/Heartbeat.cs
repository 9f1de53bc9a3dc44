using System.Runtime.ExceptionServices;
using LusPipeline.Training.Search.Storage;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>Says again and again that a trial is alive. If the storage fails, the trial is stopped.</summary>
internal sealed class Heartbeat : IDisposable
{
    private readonly CancellationTokenSource _stopped;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _beating;
    private SearchException? _fault;

    public Heartbeat(SearchStorage storage, long trial, TimeSpan interval, TimeProvider clock, CancellationToken stop)
    {
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _beating = BeatAsync(storage, trial, interval, clock);
    }

    /// <summary>Cancelled when the run is stopped or the storage fails.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Throws what the storage threw.</summary>
    public void ThrowIfFailed()
    {
        if (_fault is not null)
            ExceptionDispatchInfo.Throw(_fault);
    }

    public void Dispose()
    {
        _over.Cancel();
        _beating.Wait();
        _stopped.Dispose();
        _over.Dispose();
    }

    private async Task BeatAsync(SearchStorage storage, long trial, TimeSpan interval, TimeProvider clock)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token).ConfigureAwait(false))
                storage.Beat(trial);
        }
        catch (OperationCanceledException)
        {
            // The trial is over.
        }
        catch (SearchException fault)
        {
            _fault = fault;
            await _stopped.CancelAsync().ConfigureAwait(false);
        }
    }
}
