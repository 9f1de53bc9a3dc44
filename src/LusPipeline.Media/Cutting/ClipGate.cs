using LusPipeline.Core.Telemetry;

namespace LusPipeline.Media.Cutting;

/// <summary>
/// Limits the number of clips that are cut but whose features are not yet computed. A permit is taken before a clip's file is begun and returned when its
/// features are computed. A request for several permits gets all of them at once or none, in order of arrival, so no two videos can wait for each other.
/// Requests of urgent videos go first, and may together go over the limit by <see cref="ForUrgent"/>.
/// </summary>
public sealed class ClipGate : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _urgent = new();
    private readonly LinkedList<Waiter> _routine = new();
    private readonly SemaphoreSlim _streaming = new(1);
    private int _free;
    private int _elsewhere;

    /// <param name="capacity">Number of permits, at least 1.</param>
    public ClipGate(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _free = capacity;
    }

    public int Capacity { get; }

    /// <summary>Permits beyond <see cref="Capacity"/> that only urgent videos get: a quarter of it, at least 1.</summary>
    public int ForUrgent => Math.Max(1, Capacity / 4);

    /// <summary>Permits that are free for routine videos. Negative while urgent videos, or clips of other processes, take more than there are.</summary>
    public int Free
    {
        get
        {
            lock (_lock)
                return _free;
        }
    }

    /// <inheritdoc cref="AcquireAsync(int, bool, CancellationToken)"/>
    public Task AcquireAsync(int count, CancellationToken cancellation) => AcquireAsync(count, urgent: false, cancellation);

    /// <summary>Waits until <paramref name="count"/> permits are free and all earlier requests of the same urgency are served.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not between 1 and <see cref="Capacity"/>.</exception>
    public Task AcquireAsync(int count, bool urgent, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        return EnqueueAsync(new(count, urgent), first: false, cancellation);
    }

    /// <summary>Returns permits. The caller need not be the one that took them.</summary>
    /// <exception cref="InvalidOperationException">More permits are returned than were taken.</exception>
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
    /// Sets the number of clips that other processes have cut and that wait for features too. They count against the capacity. The number may exceed the
    /// capacity; then no permit is given until it falls.
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
    /// Takes one more permit for a video that already holds some, ahead of videos that hold none: they may all be waiting for this video's next clip. Only
    /// the holder of the streaming turn may call it.
    /// </summary>
    internal Task AcquireNextAsync(bool urgent, CancellationToken cancellation) => EnqueueAsync(new(1, urgent), first: true, cancellation);

    /// <summary>
    /// Takes the turn of a video that has more clips than there are permits. Two such videos, each holding some permits and waiting for more, could block
    /// each other for ever.
    /// </summary>
    internal async Task<IDisposable> TakeStreamingTurnAsync(CancellationToken cancellation)
    {
        await _streaming.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(_streaming);
    }

    public void Dispose() => _streaming.Dispose();

    private async Task EnqueueAsync(Waiter waiter, bool first, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var queue = waiter.Urgent ? _urgent : _routine;
        lock (_lock)
        {
            if (Fits(waiter) && (first || queue.Count == 0))
            {
                Take(waiter.Count);
                return;
            }
            if (first)
                queue.AddFirst(waiter);
            else
                queue.AddLast(waiter);
        }

        await using var registration = cancellation.Register(() => Cancel(queue, waiter, cancellation)).ConfigureAwait(false);
        await waiter.Served.Task.ConfigureAwait(false);
    }

    private void Cancel(LinkedList<Waiter> queue, Waiter waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!queue.Remove(waiter))
                return;
            // The request that was cancelled may have been the only one ahead of requests that now fit.
            Serve();
        }
        waiter.Served.TrySetCanceled(cancellation);
    }

    private void Serve()
    {
        while ((_urgent.First ?? _routine.First) is { } next && Fits(next.Value))
        {
            Take(next.Value.Count);
            next.List!.Remove(next);
            next.Value.Served.TrySetResult();
        }
    }

    /// <summary>Whether there are permits for a request. A routine one also waits for the urgent ones.</summary>
    private bool Fits(Waiter waiter) => waiter.Urgent ? waiter.Count <= _free + ForUrgent : waiter.Count <= _free && _urgent.Count == 0;

    private void Take(int count)
    {
        _free -= count;
        StageMetrics.ClipsInFlight(count);
    }

    private sealed class Waiter(int count, bool urgent)
    {
        public int Count { get; } = count;

        public bool Urgent { get; } = urgent;

        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private SemaphoreSlim? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Release();
    }
}
