using System.Collections.Concurrent;

namespace LusPipeline.Models.Inference;

/// <summary>
/// Threads that run batches, first come first served. They are the model's own: blocking the pool's threads for whole batches
/// would starve the decoders' pipes and the ledger.
/// </summary>
internal sealed class BatchThreads : IDisposable
{
    private readonly BlockingCollection<(ClipInWork Clip, int Batch)> waiting = [];
    private readonly Thread[] threads;
    private readonly RunBatch run;
    private volatile bool stopping;

    public BatchThreads(int count, RunBatch run)
    {
        this.run = run;
        threads = new Thread[count];
        for (var index = 0; index < count; index++)
        {
            threads[index] = new Thread(Work) { IsBackground = true, Name = "backbone" };
            threads[index].Start();
        }
    }

    public int Count => threads.Length;

    public void Post(ClipInWork clip, int batch) => waiting.Add((clip, batch));

    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        waiting.CompleteAdding();
        foreach (var thread in threads)
            thread.Join();
        waiting.Dispose();
    }

    private void Work()
    {
        foreach (var (clip, batch) in waiting.GetConsumingEnumerable())
        {
            if (stopping)
                clip.Abandon(new ObjectDisposedException(nameof(OnnxBackbone)));
            else
                clip.Run(batch, run);
        }
    }
}
