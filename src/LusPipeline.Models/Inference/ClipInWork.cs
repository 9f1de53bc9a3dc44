using System.Runtime.InteropServices;

namespace LusPipeline.Models.Inference;

/// <summary>One clip's way through the backbone, in batches of nearly equal size.</summary>
internal sealed class ClipInWork
{
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Memory<byte> frames;
    private readonly Memory<float> features;
    private readonly int frameCount;
    private readonly CancellationToken cancellation;
    private int left;
    private volatile bool skipped;
    private Exception? failure;

    public ClipInWork(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, int batch, CancellationToken cancellation)
    {
        this.frames = MemoryMarshal.AsMemory(frames);
        this.frameCount = frameCount;
        this.features = features;
        this.cancellation = cancellation;
        Batches = (frameCount + batch - 1) / batch;
        left = Batches;
    }

    public int Batches { get; }

    /// <summary>Ends when no batch of the clip is running or waiting, whatever became of them.</summary>
    public Task Completion => completion.Task;

    /// <summary>Runs one batch, or skips it when the clip is cancelled or has failed already.</summary>
    public void Run(int batch, RunBatch run)
    {
        if (Volatile.Read(ref failure) is not null || cancellation.IsCancellationRequested)
        {
            skipped = true;
        }
        else
        {
            try
            {
                var (first, end) = (First(batch), First(batch + 1));
                run(Slice(frames, first, end), end - first, Slice(features, first, end));
            }
#pragma warning disable CA1031 // Not hidden: it becomes the outcome of the clip's task.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(exception);
            }
        }
        End();
    }

    /// <summary>Ends one batch that will not run.</summary>
    public void Abandon(Exception reason)
    {
        Fail(reason);
        End();
    }

    private int First(int batch) => (int)((long)batch * frameCount / Batches);

    private Memory<T> Slice<T>(Memory<T> whole, int first, int end)
    {
        var size = whole.Length / frameCount;
        return whole[(first * size)..(end * size)];
    }

    private void Fail(Exception exception) => Interlocked.CompareExchange(ref failure, exception, null);

    private void End()
    {
        if (Interlocked.Decrement(ref left) > 0)
            return;
        if (failure is not null)
            completion.SetException(failure);
        else if (skipped)
            completion.SetCanceled(cancellation);
        else
            completion.SetResult();
    }
}

/// <param name="frames">uint8 [count, H, W, 3].</param>
/// <param name="features">float32 [count, D], filled.</param>
internal delegate void RunBatch(Memory<byte> frames, int count, Memory<float> features);
