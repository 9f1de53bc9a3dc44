using System.Runtime.InteropServices;

namespace LusPipeline.Models.Inference;

/// <summary>The state of one clip while the backbone computes it. Whoever takes frames of it must report each as computed, skipped or failed.</summary>
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

    /// <summary>Completes when no frame of the clip is waiting or being computed, whatever their outcome.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Whether the clip was cancelled or has failed. Its remaining frames need not be computed.</summary>
    public bool IsOver => Volatile.Read(ref _failure) is not null || _cancellation.IsCancellationRequested;

    /// <summary>The clip's frames from <paramref name="first"/> on, uint8 [<paramref name="count"/>, H, W, 3].</summary>
    public Memory<byte> Frames(int first, int count) => Slice(_frames, first, count);

    /// <summary>The features of the frames from <paramref name="first"/> on, float32 [<paramref name="count"/>, D]. The caller fills them.</summary>
    public Memory<float> Features(int first, int count) => Slice(_features, first, count);

    /// <summary>Reports frames whose features are filled.</summary>
    public void Finish(int count) => End(count);

    /// <summary>Reports frames that were skipped because the clip is over.</summary>
    public void Skip(int count)
    {
        _skipped = true;
        End(count);
    }

    /// <summary>Reports frames that could not be computed. The clip's task fails with the first exception.</summary>
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
