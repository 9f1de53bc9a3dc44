using System.Collections.Concurrent;

namespace LusPipeline.Models.Inference;

/// <param name="frames">Input, uint8 [count, H, W, 3].</param>
/// <param name="features">Output, float32 [count, D], filled by the call.</param>
internal delegate void RunBatch(Memory<byte> frames, int count, Memory<float> features);

/// <summary>
/// Threads that run batches of frames of one clip each. Clips are served in order of arrival, and a clip's batches have nearly equal sizes. The model owns
/// the threads: blocking thread-pool threads for whole batches would starve the decoders' pipes and the ledger.
/// </summary>
internal sealed class BatchThreads : IClipRunner
{
    private readonly BlockingCollection<(ClipInWork Clip, int First, int Count)> _waiting = [];
    private readonly Thread[] _threads;
    private readonly int _batch;
    private readonly RunBatch _run;
    private volatile bool _stopping;

    /// <param name="batch">Largest number of frames in a batch.</param>
    public BatchThreads(int count, int batch, RunBatch run)
    {
        _batch = batch;
        _run = run;
        _threads = new Thread[count];
        for (var index = 0; index < count; index++)
        {
            _threads[index] = new Thread(Work) { IsBackground = true, Name = "backbone" };
            _threads[index].Start();
        }
    }

    public void Add(ClipInWork clip)
    {
        var batches = (clip.FrameCount + _batch - 1) / _batch;
        int First(int index) => (int)((long)index * clip.FrameCount / batches);
        for (var index = 0; index < batches; index++)
            _waiting.Add((clip, First(index), First(index + 1) - First(index)));
    }

    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        _waiting.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _waiting.Dispose();
    }

    private void Work()
    {
        foreach (var (clip, first, count) in _waiting.GetConsumingEnumerable())
        {
            if (_stopping)
                clip.Fail(count, new ObjectDisposedException(nameof(OnnxBackbone)));
            else if (clip.IsOver)
                clip.Skip(count);
            else
                Run(clip, first, count);
        }
    }

    private void Run(ClipInWork clip, int first, int count)
    {
        try
        {
            _run(clip.Frames(first, count), count, clip.Features(first, count));
        }
#pragma warning disable CA1031 // Not hidden: it becomes the outcome of the clip's task.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            clip.Fail(count, exception);
            return;
        }
        clip.Finish(count);
    }
}
