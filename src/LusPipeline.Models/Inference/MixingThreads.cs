namespace LusPipeline.Models.Inference;

/// <summary>
/// Threads that run whatever frames wait, of one clip or several, first come first served. A batch takes what is there and runs as soon
/// as the device is free; only while the device is busy does it wait, and is filled further. Batches run in the order of their first frames.
/// Memory is that of the buffers, whatever waits.
/// </summary>
internal sealed class MixingThreads : IClipRunner
{
    private readonly object gate = new();
    private readonly Queue<ClipInWork> waiting = new();
    private readonly Queue<MixedBatch> filling = new();
    private readonly IReadOnlyList<IBatchBuffers> buffers;
    private readonly Thread[] threads;
    private readonly int mostRunning;
    private int taken;
    private int running;
    private bool stopping;

    /// <param name="buffers">One for each batch that runs or is filled; disposed with this.</param>
    /// <param name="mostRunning">Batches that run at the same time.</param>
    public MixingThreads(IReadOnlyList<IBatchBuffers> buffers, int mostRunning)
    {
        this.buffers = buffers;
        this.mostRunning = mostRunning;
        threads = new Thread[buffers.Count];
        for (var index = 0; index < threads.Length; index++)
        {
            var batch = new MixedBatch(buffers[index]);
            threads[index] = new Thread(() => Work(batch)) { IsBackground = true, Name = "backbone" };
            threads[index].Start();
        }
    }

    public void Add(ClipInWork clip)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping, typeof(OnnxBackbone));
            waiting.Enqueue(clip);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>What batches have taken is computed; what waits fails.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopping)
                return;
            stopping = true;
            while (waiting.TryDequeue(out var clip))
            {
                clip.Fail(clip.FrameCount - taken, new ObjectDisposedException(nameof(OnnxBackbone)));
                taken = 0;
            }
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads)
            thread.Join();
        foreach (var buffer in buffers)
            buffer.Dispose();
    }

    private void Work(MixedBatch batch)
    {
        while (Fill(batch))
        {
            batch.Run();
            lock (gate)
            {
                running--;
                Monitor.PulseAll(gate);
            }
            batch.Deliver();
        }
    }

    /// <summary>Takes and copies frames until there are some, no more wait or fit, and the device is free.</summary>
    /// <returns>False at the end.</returns>
    private bool Fill(MixedBatch batch)
    {
        while (true)
        {
            lock (gate)
            {
                while (!TryTake(batch))
                {
                    if (running < mostRunning && filling.TryPeek(out var first) && first == batch)
                    {
                        filling.Dequeue();
                        running++;
                        Monitor.PulseAll(gate);
                        return true;
                    }
                    if (batch.Count == 0 && stopping)
                        return false;
                    Monitor.Wait(gate);
                }
            }
            batch.Load();
        }
    }

    private bool TryTake(MixedBatch batch)
    {
        var before = batch.Count;
        while (batch.Room > 0 && waiting.TryPeek(out var clip))
        {
            var left = clip.FrameCount - taken;
            var count = Math.Min(left, batch.Room);
            if (clip.IsOver)
            {
                count = left;
                clip.Skip(count);
            }
            else
            {
                batch.Take(clip, taken, count);
            }
            taken += count;
            if (count < left)
                break;
            waiting.Dequeue();
            taken = 0;
        }
        if (batch.Count == before)
            return false;
        if (before == 0)
            filling.Enqueue(batch);
        return true;
    }
}
