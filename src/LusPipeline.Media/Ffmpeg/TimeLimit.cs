using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>A time limit combined with a caller's cancellation. The limit can be paused while the work waits for others.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _expired;
    private readonly CancellationTokenSource _either;
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private TimeSpan _left;
    private long _since;

    public TimeLimit(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _time = time;
        _limit = limit;
        _left = limit;
        _since = time.GetTimestamp();
        _expired = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_expired.Token, caller);
    }

    /// <summary>Cancelled by the caller or by the time limit.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the time limit, and not the caller, ended the work.</summary>
    public bool Expired => _expired.IsCancellationRequested && !_caller.IsCancellationRequested;

    public TransientException Failure => new(ReasonCode.DecodeTimeout, $"Reading the video took longer than {_limit}.");

    /// <summary>Stops the clock until <see cref="Resume"/>.</summary>
    public void Pause()
    {
        _left -= _time.GetElapsedTime(_since);
        _expired.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void Resume()
    {
        _since = _time.GetTimestamp();
        _expired.CancelAfter(_left > TimeSpan.Zero ? _left : TimeSpan.Zero);
    }

    public void Dispose()
    {
        _either.Dispose();
        _expired.Dispose();
    }
}
