using LusPipeline.Core.Telemetry;

namespace LusPipeline.Media.Cutting;

/// <summary>
/// Bounds the clips that are cut and not yet extracted. A permit is taken before a clip's file is begun and given back when its
/// features are done. Several are taken at once or not at all and in order of asking, so that no two videos wait for each other.
/// </summary>
public sealed class ClipGate : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly SemaphoreSlim _streaming = new(1);
    private int _free;
    private int _elsewhere;

    /// <param name="capacity">Permits, at least one.</param>
    public ClipGate(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _free = capacity;
    }

    public int Capacity { get; }

    public int Free
    {
        get
        {
            lock (_lock)
                return _free;
        }
    }

    /// <summary>Waits until <paramref name="count"/> permits are free and all earlier askers have theirs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not between 1 and <see cref="Capacity"/>.</exception>
    public Task AcquireAsync(int count, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        return EnqueueAsync(count, first: false, cancellation);
    }

    /// <summary>Gives permits back, whoever took them.</summary>
    /// <exception cref="InvalidOperationException">More than were taken.</exception>
    public void Release(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_lock)
        {
            var taken = Capacity - _free - _elsewhere;
            if (count > taken)
                throw new InvalidOperationException($"{count} permits were given back, only {taken} are taken.");
            _free += count;
            StageMetrics.ClipsInFlight(-count);
            Serve();
        }
    }

    /// <summary>
    /// Clips that others have cut and that wait for features too: they count against the capacity. There may be more of them than it
    /// has room for; then nothing is given until they are fewer.
    /// </summary>
    public void Occupy(int elsewhere)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elsewhere);
        lock (_lock)
        {
            _free += _elsewhere - elsewhere;
            _elsewhere = elsewhere;
            Serve();
        }
    }

    /// <summary>
    /// One more permit for a video that already holds some, ahead of those who hold none: its next clip may be all that they wait for.
    /// Only the holder of the streaming turn may ask.
    /// </summary>
    internal Task AcquireNextAsync(CancellationToken cancellation) => EnqueueAsync(1, first: true, cancellation);

    /// <summary>The turn of a video with more clips than permits: of two that hold some and want more, neither might ever end.</summary>
    internal async Task<IDisposable> TakeStreamingTurnAsync(CancellationToken cancellation)
    {
        await _streaming.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(_streaming);
    }

    public void Dispose() => _streaming.Dispose();

    private async Task EnqueueAsync(int count, bool first, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            if (_free >= count && (first || _waiters.Count == 0))
            {
                Take(count);
                return;
            }
            waiter = new Waiter(count);
            if (first)
                _waiters.AddFirst(waiter);
            else
                _waiters.AddLast(waiter);
        }

        await using var registration = cancellation.Register(() => Cancel(waiter, cancellation)).ConfigureAwait(false);
        await waiter.Served.Task.ConfigureAwait(false);
    }

    private void Cancel(Waiter waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_waiters.Remove(waiter))
                return;
            // The one who left may have been all that stood before those who fit.
            Serve();
        }
        waiter.Served.TrySetCanceled(cancellation);
    }

    private void Serve()
    {
        while (_waiters.First is { } next && next.Value.Count <= _free)
        {
            Take(next.Value.Count);
            _waiters.RemoveFirst();
            next.Value.Served.TrySetResult();
        }
    }

    private void Take(int count)
    {
        _free -= count;
        StageMetrics.ClipsInFlight(count);
    }

    private sealed class Waiter(int count)
    {
        public int Count { get; } = count;

        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private SemaphoreSlim? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Release();
    }
}
