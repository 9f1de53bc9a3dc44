namespace LusPipeline.Media.Sniffing;

/// <summary>What a file's first bytes say about it: a video, a rejected file, or a file that is ignored.</summary>
public abstract record SniffResult
{
    private SniffResult()
    {
    }

    /// <param name="Container">The container, and what may open it.</param>
    /// <param name="CutShort">Whether the container, by its own sizes, extends beyond the end of the file.</param>
    /// <param name="HeaderSize">The frame size that the container's header claims, if it could be read. The codec's own size may differ.</param>
    /// <param name="Index">The container's index of frames; null if only ffprobe can tell.</param>
    public sealed record Video(VideoContainer Container, bool CutShort, ClaimedSize? HeaderSize = null, ContainerIndex? Index = null) : SniffResult;

    /// <summary>A DICOM file. Only its data set tells whether it is a loop.</summary>
    public sealed record Dicom : SniffResult;

    /// <summary>A file that claims to be a video, by name or content, but cannot be read as one.</summary>
    /// <param name="Reason">A code of <see cref="Core.Outcomes.ReasonCode"/>.</param>
    /// <param name="Detail">What was found.</param>
    public sealed record Rejected(string Reason, string Detail) : SniffResult;

    /// <summary>A file that is not a video and does not claim to be one.</summary>
    public sealed record Skipped : SniffResult;
}

/// <summary>Size of a frame in pixels, as a header claims.</summary>
public readonly record struct ClaimedSize(int Width, int Height);
