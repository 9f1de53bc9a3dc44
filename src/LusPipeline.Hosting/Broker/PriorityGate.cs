namespace LusPipeline.Hosting.Broker;

/// <summary>A stage's places for handlers, which its routine and its urgent queue share: whoever waits with urgent work goes first.</summary>
/// <param name="places">Messages handled at one time.</param>
internal sealed class PriorityGate(int places)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _urgent = [];
    private readonly LinkedList<TaskCompletionSource> _routine = [];
    private int _free = places;

    /// <summary>How many wait for a place.</summary>
    public int Waiting(bool urgent)
    {
        lock (_lock)
            return (urgent ? _urgent : _routine).Count;
    }

    /// <summary>Waits for a place; disposing gives it back.</summary>
    public async Task<IDisposable> EnterAsync(bool urgent, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var queue = urgent ? _urgent : _routine;
        LinkedListNode<TaskCompletionSource> turn;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Place(this);
            }
            turn = queue.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        await using var giveUp = cancellation.Register(() => GiveUp(queue, turn, cancellation)).ConfigureAwait(false);
        await turn.Value.Task.ConfigureAwait(false);
        return new Place(this);
    }

    private void GiveUp(LinkedList<TaskCompletionSource> queue, LinkedListNode<TaskCompletionSource> turn, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (turn.List is null)
                return;
            queue.Remove(turn);
        }
        turn.Value.TrySetCanceled(cancellation);
    }

    private void Leave()
    {
        LinkedListNode<TaskCompletionSource>? next;
        lock (_lock)
        {
            next = _urgent.First ?? _routine.First;
            if (next is null)
                _free++;
            else
                next.List!.Remove(next);
        }
        next?.Value.SetResult();
    }

    private sealed class Place(PriorityGate gate) : IDisposable
    {
        private PriorityGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
