using LusPipeline.Core.Clips;
using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.Media.Cutting;

/// <summary>A video to cut.</summary>
/// <param name="Width">Pixels of a clip's frames, the backbone's input.</param>
/// <param name="Height">Pixels of a clip's frames, the backbone's input.</param>
/// <param name="ClipFolder">An existing folder of our own for the clips' files.</param>
/// <param name="ClipName">A clip's file name by its index: the same for the same clip, so that a second cut replaces it.</param>
public sealed record CutRequest(
    VideoSource Source, ClipPlan Plan, int Width, int Height, string ClipFolder, Func<int, string> ClipName);

/// <summary>A clip whose file is whole.</summary>
/// <param name="Index">From 0, in the plan's order.</param>
/// <param name="Path">uint8 [T,H,W,3] RGB in numpy format.</param>
public readonly record struct CutClip(int Index, string Path);

/// <summary>What became of a video.</summary>
/// <param name="DecodedFrames">n, by the decoder's own count.</param>
/// <param name="Clips">Clips handed over.</param>
/// <param name="Decodes">Runs of ffmpeg that it took.</param>
/// <param name="Warnings">Of <see cref="CutWarning"/>.</param>
public sealed record CutReport(int DecodedFrames, int Clips, int Decodes, IReadOnlyList<string> Warnings);

/// <summary>Warnings beside a result: a contract like the reason codes.</summary>
public static class CutWarning
{
    /// <summary>The file ends before its container does, or fewer frames came than its header declares.</summary>
    public const string Truncated = "truncated";
}
