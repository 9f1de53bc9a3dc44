namespace LusPipeline.Models.Inference;

/// <summary>A batch of frames of one or several clips. Nothing is allocated after construction.</summary>
/// <param name="buffers">The batch's memory. The caller owns it.</param>
internal sealed class MixedBatch(IBatchBuffers buffers)
{
    private readonly Part[] _parts = new Part[buffers.Capacity];
    private readonly int _frameSize = buffers.Frames.Length / buffers.Capacity;
    private readonly int _featureSize = buffers.Features.Length / buffers.Capacity;
    private int _partCount;
    private int _loaded;
    private Exception? _failure;

    /// <summary>Number of frames taken so far.</summary>
    public int Count { get; private set; }

    public int Room => buffers.Capacity - Count;

    /// <summary>Takes the next frames of a clip, at most <see cref="Room"/>. Each clip may occur once in a batch.</summary>
    public void Take(ClipInWork clip, int first, int count)
    {
        _parts[_partCount++] = new(clip, first, count, Count);
        Count += count;
    }

    /// <summary>Copies the frames that were taken since the last call.</summary>
    public void Load()
    {
        try
        {
            for (; _loaded < _partCount; _loaded++)
                Load(_parts[_loaded], _parts[_loaded].Offset);
        }
#pragma warning disable CA1031 // Not hidden: Run finds the clip that caused it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = exception;
        }
    }

    /// <summary>
    /// Computes the batch. If that fails, each clip is computed alone. So a clip that makes the engine fail does not affect the others, and a batch that is
    /// too large for the memory does not end the work.
    /// </summary>
    public void Run()
    {
        if (_failure is null && !AllOver())
            _failure = Attempt(Count);
        if (_failure is null)
            return;
        if (_partCount == 1)
        {
            _parts[0].Clip.Fail(_parts[0].Count, _failure);
        }
        else
        {
            for (var index = 0; index < _partCount; index++)
                RunAlone(_parts[index]);
        }
        _partCount = 0;
    }

    /// <summary>Gives the features to the clips and empties the batch.</summary>
    public void Deliver()
    {
        for (var index = 0; index < _partCount; index++)
            Deliver(_parts[index], _parts[index].Offset);
        Array.Clear(_parts);
        (_partCount, _loaded, Count, _failure) = (0, 0, 0, null);
    }

    private bool AllOver()
    {
        for (var index = 0; index < _partCount; index++)
        {
            if (!_parts[index].Clip.IsOver)
                return false;
        }
        return true;
    }

    private void RunAlone(Part part)
    {
        if (part.Clip.IsOver)
        {
            part.Clip.Skip(part.Count);
            return;
        }
        try
        {
            Load(part, 0);
        }
#pragma warning disable CA1031 // Not hidden: it becomes the outcome of the clip's task.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            part.Clip.Fail(part.Count, exception);
            return;
        }
        if (Attempt(part.Count) is { } own)
            part.Clip.Fail(part.Count, own);
        else
            Deliver(part, 0);
    }

    private Exception? Attempt(int count)
    {
        try
        {
            buffers.Run(count);
            return null;
        }
#pragma warning disable CA1031 // Not hidden: it becomes the outcome of the clip's task.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }

    private void Load(Part part, int offset) =>
        part.Clip.Frames(part.First, part.Count).Span.CopyTo(buffers.Frames[(offset * _frameSize)..]);

    private void Deliver(Part part, int offset)
    {
        if (part.Clip.IsOver)
        {
            part.Clip.Skip(part.Count);
            return;
        }
        buffers.Features.Slice(offset * _featureSize, part.Count * _featureSize).CopyTo(part.Clip.Features(part.First, part.Count).Span);
        part.Clip.Finish(part.Count);
    }

    /// <param name="First">Number of the part's first frame in the clip.</param>
    /// <param name="Offset">Position of the part's first frame in the batch.</param>
    private readonly record struct Part(ClipInWork Clip, int First, int Count, int Offset);
}
