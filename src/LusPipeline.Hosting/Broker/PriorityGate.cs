namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Limits how many messages of a stage are handled at the same time. The routine and the urgent queue share the limit, and urgent messages go first.
/// </summary>
/// <param name="places">Messages that are handled at the same time.</param>
/// <param name="forUrgent">Places beyond those that only urgent messages get, where routine ones may hold theirs for long.</param>
internal sealed class PriorityGate(int places, int forUrgent = 0)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _urgent = [];
    private readonly LinkedList<TaskCompletionSource> _routine = [];
    private int _taken;

    /// <summary>How many wait for a place.</summary>
    public int Waiting(bool urgent)
    {
        lock (_lock)
            return (urgent ? _urgent : _routine).Count;
    }

    /// <summary>Waits for a place. Dispose the result to free it.</summary>
    public async Task<IDisposable> EnterAsync(bool urgent, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var queue = urgent ? _urgent : _routine;
        LinkedListNode<TaskCompletionSource> turn;
        lock (_lock)
        {
            if (IsFree(urgent))
            {
                _taken++;
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
            _taken--;
            next = IsFree(urgent: true) ? _urgent.First : null;
            next ??= IsFree(urgent: false) ? _routine.First : null;
            if (next is null)
                return;
            _taken++;
            next.List!.Remove(next);
        }
        next.Value.SetResult();
    }

    private bool IsFree(bool urgent) => _taken < (urgent ? places + forUrgent : places);

    private sealed class Place(PriorityGate gate) : IDisposable
    {
        private PriorityGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
