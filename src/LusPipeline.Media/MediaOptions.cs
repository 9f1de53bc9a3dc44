using LusPipeline.Media.Processes;

namespace LusPipeline.Media;

/// <summary>How the programs run that read videos and models from outside.</summary>
public sealed record MediaOptions
{
    public const string Section = "Media";

    /// <summary>
    /// The kernel's sandbox of ffmpeg, ffprobe and the children of <c>lus models</c>: no network, and no files but their own. <c>auto</c> uses what the kernel
    /// offers, <c>required</c> refuses to start where that is not all of it, <c>off</c> uses none.
    /// </summary>
    public SandboxMode Sandbox { get; init; } = SandboxMode.Auto;

    /// <summary>
    /// What the model sees of a DICOM loop whose ultrasound regions are known: <c>tissue</c> cuts the largest region of 2D tissue out of each frame, and so
    /// leaves names and scales beside it away; <c>all</c> takes whole frames. Changing it makes other videos of the same files.
    /// </summary>
    public LoopRegion Region { get; init; } = LoopRegion.Tissue;
}
