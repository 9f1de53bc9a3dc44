using System.Runtime.InteropServices;

namespace LusPipeline.Models.Inference;

/// <summary>One clip's way through the backbone. Whoever takes frames of it ends them: as computed, left out or failed.</summary>
internal sealed class ClipInWork
{
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Memory<byte> frames;
    private readonly Memory<float> features;
    private readonly CancellationToken cancellation;
    private int left;
    private volatile bool skipped;
    private Exception? failure;

    public ClipInWork(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation)
    {
        this.frames = MemoryMarshal.AsMemory(frames);
        this.features = features;
        this.cancellation = cancellation;
        FrameCount = frameCount;
        left = frameCount;
    }

    public int FrameCount { get; }

    /// <summary>Ends when none of the clip's frames is computed or waits, whatever became of them.</summary>
    public Task Completion => completion.Task;

    /// <summary>Cancelled, or failed already: no frame of it needs to be computed any more.</summary>
    public bool IsOver => Volatile.Read(ref failure) is not null || cancellation.IsCancellationRequested;

    /// <summary>uint8 [<paramref name="count"/>, H, W, 3].</summary>
    public Memory<byte> Frames(int first, int count) => Slice(frames, first, count);

    /// <summary>float32 [<paramref name="count"/>, D], to be filled.</summary>
    public Memory<float> Features(int first, int count) => Slice(features, first, count);

    /// <summary>Ends frames whose features are filled.</summary>
    public void Finish(int count) => End(count);

    /// <summary>Ends frames of a clip that is over.</summary>
    public void Skip(int count)
    {
        skipped = true;
        End(count);
    }

    /// <summary>Ends frames that could not be computed; the first failure becomes the clip's.</summary>
    public void Fail(int count, Exception exception)
    {
        Interlocked.CompareExchange(ref failure, exception, null);
        End(count);
    }

    private Memory<T> Slice<T>(Memory<T> whole, int first, int count)
    {
        var size = whole.Length / FrameCount;
        return whole.Slice(first * size, count * size);
    }

    private void End(int count)
    {
        if (Interlocked.Add(ref left, -count) > 0)
            return;
        if (failure is not null)
            completion.SetException(failure);
        else if (skipped)
            completion.SetCanceled(cancellation);
        else
            completion.SetResult();
    }
}
