using LusPipeline.Core.Clips;
using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.Media.Cutting;

/// <summary>A video to cut.</summary>
/// <param name="Width">Width of a clip's frames in pixels: the backbone's input width.</param>
/// <param name="Height">Height of a clip's frames in pixels: the backbone's input height.</param>
/// <param name="ClipFolder">An existing folder that belongs to this program, for the clips' files.</param>
/// <param name="ClipName">
/// Returns a clip's file name for its index. The same clip always gets the same name, so that a second cut replaces the first.
/// </param>
public sealed record CutRequest(
    VideoSource Source, ClipPlan Plan, int Width, int Height, string ClipFolder, Func<int, string> ClipName)
{
    /// <summary>The part of a DICOM loop's frames that becomes the clips'.</summary>
    public LoopRegion Region { get; init; }
}

/// <summary>A clip whose file is complete.</summary>
/// <param name="Index">Index from 0, in the plan's order.</param>
/// <param name="Path">Path of the file: uint8 [T,H,W,3] RGB in numpy format.</param>
/// <param name="Sha256">The file's sha256 in lower-case hex.</param>
public readonly record struct CutClip(int Index, string Path, string Sha256);

/// <summary>The result of cutting a video.</summary>
/// <param name="DecodedFrames">n, the number of frames that the decoder counted.</param>
/// <param name="Clips">Number of clips handed over.</param>
/// <param name="Decodes">Number of runs of ffmpeg that were needed.</param>
/// <param name="Warnings">Values of <see cref="CutWarning"/>.</param>
public sealed record CutReport(int DecodedFrames, int Clips, int Decodes, IReadOnlyList<string> Warnings);

/// <summary>Codes of warnings that accompany a result. They are a contract, like the reason codes.</summary>
public static class CutWarning
{
    /// <summary>The file ends before its container does, or fewer frames came than its header declares.</summary>
    public const string Truncated = "truncated";
}
