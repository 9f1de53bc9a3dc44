namespace LusPipeline.Media.Sniffing;

/// <summary>What a file is by its first bytes: a video, rejected, or none of our business.</summary>
public abstract record SniffResult
{
    private SniffResult()
    {
    }

    /// <param name="Container">What may open it.</param>
    /// <param name="CutShort">By its own sizes the container goes on beyond the end of the file.</param>
    /// <param name="HeaderSize">The frame size that the container's header claims, where that could be read; the codec's own may differ.</param>
    /// <param name="Index">What the container plainly says of its frames; null where only ffprobe can tell.</param>
    public sealed record Video(VideoContainer Container, bool CutShort, ClaimedSize? HeaderSize = null, ContainerIndex? Index = null) : SniffResult;

    /// <summary>It claims to be a video, by name or content, and is none that can be read.</summary>
    /// <param name="Reason">One of <see cref="Core.Outcomes.ReasonCode"/>.</param>
    /// <param name="Detail">What was found.</param>
    public sealed record Rejected(string Reason, string Detail) : SniffResult;

    /// <summary>No video, and no claim to be one.</summary>
    public sealed record Skipped : SniffResult;
}

/// <summary>Pixels of a frame, as a header claims.</summary>
public readonly record struct ClaimedSize(int Width, int Height);
