using System.Runtime.InteropServices;

namespace LusPipeline.Models.Inference;

/// <summary>One clip's way through the backbone. Whoever takes frames of it ends them: as computed, left out or failed.</summary>
internal sealed class ClipInWork
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Memory<byte> _frames;
    private readonly Memory<float> _features;
    private readonly CancellationToken _cancellation;
    private int _left;
    private volatile bool _skipped;
    private Exception? _failure;

    public ClipInWork(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation)
    {
        _frames = MemoryMarshal.AsMemory(frames);
        _features = features;
        _cancellation = cancellation;
        FrameCount = frameCount;
        _left = frameCount;
    }

    public int FrameCount { get; }

    /// <summary>Ends when none of the clip's frames is computed or waits, whatever became of them.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Cancelled, or failed already: no frame of it needs to be computed any more.</summary>
    public bool IsOver => Volatile.Read(ref _failure) is not null || _cancellation.IsCancellationRequested;

    /// <summary>uint8 [<paramref name="count"/>, H, W, 3].</summary>
    public Memory<byte> Frames(int first, int count) => Slice(_frames, first, count);

    /// <summary>float32 [<paramref name="count"/>, D], to be filled.</summary>
    public Memory<float> Features(int first, int count) => Slice(_features, first, count);

    /// <summary>Ends frames whose features are filled.</summary>
    public void Finish(int count) => End(count);

    /// <summary>Ends frames of a clip that is over.</summary>
    public void Skip(int count)
    {
        _skipped = true;
        End(count);
    }

    /// <summary>Ends frames that could not be computed; the first failure becomes the clip's.</summary>
    public void Fail(int count, Exception exception)
    {
        Interlocked.CompareExchange(ref _failure, exception, null);
        End(count);
    }

    private Memory<T> Slice<T>(Memory<T> whole, int first, int count)
    {
        var size = whole.Length / FrameCount;
        return whole.Slice(first * size, count * size);
    }

    private void End(int count)
    {
        if (Interlocked.Add(ref _left, -count) > 0)
            return;
        if (_failure is not null)
            _completion.SetException(_failure);
        else if (_skipped)
            _completion.SetCanceled(_cancellation);
        else
            _completion.SetResult();
    }
}
