using System.Diagnostics;

namespace LusPipeline.Media.Processes;

/// <summary>Monitors the resources that one child uses, and cancels its run when it exceeds a limit.</summary>
internal sealed class ChildLimits : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _run;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _watching;

    public ChildLimits(int process, ChildStart start, CancellationToken cancellation)
    {
        _run = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _watching = WatchAsync(process, start);
    }

    /// <summary>Cancelled by the caller or when a limit is exceeded.</summary>
    public CancellationToken Token => _run.Token;

    public ChildLimit Exceeded { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _run.Dispose();
    }

    private async Task WatchAsync(int process, ChildStart start)
    {
        var begun = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(begun) > start.MaxTime)
                Exceeded = ChildLimit.Time;
            else if (start.MaxResidentBytes is { } most && ResidentBytes(process) > most)
                Exceeded = ChildLimit.Memory;
            if (Exceeded == ChildLimit.None)
                continue;
            await _run.CancelAsync().ConfigureAwait(false);
            return;
        }
    }

    /// <summary>Resident memory of a process in bytes; 0 for a process that has ended.</summary>
    private static long ResidentBytes(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.WorkingSet64;
        }
        catch (Exception ended) when (ended is ArgumentException or InvalidOperationException)
        {
            return 0;
        }
    }
}
