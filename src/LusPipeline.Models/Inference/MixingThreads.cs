namespace LusPipeline.Models.Inference;

/// <summary>
/// Threads that run waiting frames of one or several clips in order of arrival. A batch takes the frames that are waiting and runs as soon as the device is
/// free. While the device is busy, the batch waits and is filled further. Batches run in the order of their first frames. Memory is limited to the buffers,
/// however many clips wait.
/// </summary>
internal sealed class MixingThreads : IClipRunner
{
    private readonly object _gate = new();
    private readonly Queue<ClipInWork> _waiting = new();
    private readonly Queue<MixedBatch> _filling = new();
    private readonly IReadOnlyList<IBatchBuffers> _buffers;
    private readonly Thread[] _threads;
    private readonly int _mostRunning;
    private int _taken;
    private int _running;
    private bool _stopping;

    /// <param name="buffers">One buffer for each batch that runs or is filled. They are disposed with this object.</param>
    /// <param name="mostRunning">Largest number of batches that run at the same time.</param>
    public MixingThreads(IReadOnlyList<IBatchBuffers> buffers, int mostRunning)
    {
        _buffers = buffers;
        _mostRunning = mostRunning;
        _threads = new Thread[buffers.Count];
        for (var index = 0; index < _threads.Length; index++)
        {
            var batch = new MixedBatch(buffers[index]);
            _threads[index] = new Thread(() => Work(batch)) { IsBackground = true, Name = "backbone" };
            _threads[index].Start();
        }
    }

    public void Add(ClipInWork clip)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(OnnxBackbone));
            _waiting.Enqueue(clip);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Stops the threads. Frames that batches have taken are computed; frames that still wait fail.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
            while (_waiting.TryDequeue(out var clip))
            {
                clip.Fail(clip.FrameCount - _taken, new ObjectDisposedException(nameof(OnnxBackbone)));
                _taken = 0;
            }
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads)
            thread.Join();
        foreach (var buffer in _buffers)
            buffer.Dispose();
    }

    private void Work(MixedBatch batch)
    {
        while (Fill(batch))
        {
            batch.Run();
            lock (_gate)
            {
                _running--;
                Monitor.PulseAll(_gate);
            }
            batch.Deliver();
        }
    }

    /// <summary>Takes and copies frames until the batch has some, no more are waiting or fit, and the device is free.</summary>
    /// <returns>False when the threads are to stop.</returns>
    private bool Fill(MixedBatch batch)
    {
        while (true)
        {
            lock (_gate)
            {
                while (!TryTake(batch))
                {
                    if (_running < _mostRunning && _filling.TryPeek(out var first) && first == batch)
                    {
                        _filling.Dequeue();
                        _running++;
                        Monitor.PulseAll(_gate);
                        return true;
                    }
                    if (batch.Count == 0 && _stopping)
                        return false;
                    Monitor.Wait(_gate);
                }
            }
            batch.Load();
        }
    }

    private bool TryTake(MixedBatch batch)
    {
        var before = batch.Count;
        while (batch.Room > 0 && _waiting.TryPeek(out var clip))
        {
            var left = clip.FrameCount - _taken;
            var count = Math.Min(left, batch.Room);
            if (clip.IsOver)
            {
                count = left;
                clip.Skip(count);
            }
            else
            {
                batch.Take(clip, _taken, count);
            }
            _taken += count;
            if (count < left)
                break;
            _waiting.Dequeue();
            _taken = 0;
        }
        if (batch.Count == before)
            return false;
        if (before == 0)
            _filling.Enqueue(batch);
        return true;
    }
}
