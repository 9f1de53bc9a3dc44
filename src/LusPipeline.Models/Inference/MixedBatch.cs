namespace LusPipeline.Models.Inference;

/// <summary>Frames of one or several clips that run together. Allocates nothing after its making.</summary>
/// <param name="buffers">Owned by whoever made them.</param>
internal sealed class MixedBatch(IBatchBuffers buffers)
{
    private readonly Part[] parts = new Part[buffers.Capacity];
    private readonly int frameSize = buffers.Frames.Length / buffers.Capacity;
    private readonly int featureSize = buffers.Features.Length / buffers.Capacity;
    private int partCount;
    private int loaded;
    private Exception? failure;

    /// <summary>Frames taken.</summary>
    public int Count { get; private set; }

    public int Room => buffers.Capacity - Count;

    /// <summary>Takes the next frames of a clip, up to <see cref="Room"/>. A clip comes once in a batch.</summary>
    public void Take(ClipInWork clip, int first, int count)
    {
        parts[partCount++] = new(clip, first, count, Count);
        Count += count;
    }

    /// <summary>Copies the frames that were taken since the last time.</summary>
    public void Load()
    {
        try
        {
            for (; loaded < partCount; loaded++)
                Load(parts[loaded], parts[loaded].Offset);
        }
#pragma warning disable CA1031 // Not hidden: Run finds the clip that caused it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }
    }

    /// <summary>
    /// Computes. When that fails, every clip is computed by itself, so that one that makes the engine fail takes no other with it,
    /// and a batch that is too large for the memory is not the end.
    /// </summary>
    public void Run()
    {
        if (failure is null && !AllOver())
            failure = Attempt(Count);
        if (failure is null)
            return;
        if (partCount == 1)
        {
            parts[0].Clip.Fail(parts[0].Count, failure);
        }
        else
        {
            for (var index = 0; index < partCount; index++)
                RunAlone(parts[index]);
        }
        partCount = 0;
    }

    /// <summary>Hands the features to the clips and becomes empty.</summary>
    public void Deliver()
    {
        for (var index = 0; index < partCount; index++)
            Deliver(parts[index], parts[index].Offset);
        Array.Clear(parts);
        (partCount, loaded, Count, failure) = (0, 0, 0, null);
    }

    private bool AllOver()
    {
        for (var index = 0; index < partCount; index++)
        {
            if (!parts[index].Clip.IsOver)
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
        part.Clip.Frames(part.First, part.Count).Span.CopyTo(buffers.Frames[(offset * frameSize)..]);

    private void Deliver(Part part, int offset)
    {
        if (part.Clip.IsOver)
        {
            part.Clip.Skip(part.Count);
            return;
        }
        buffers.Features.Slice(offset * featureSize, part.Count * featureSize).CopyTo(part.Clip.Features(part.First, part.Count).Span);
        part.Clip.Finish(part.Count);
    }

    /// <param name="First">Of the clip's frames.</param>
    /// <param name="Offset">Of the batch's frames.</param>
    private readonly record struct Part(ClipInWork Clip, int First, int Count, int Offset);
}
