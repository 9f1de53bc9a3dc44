using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;

namespace LusPipeline.Media.Dicom;

/// <summary>A DICOM loop in a form that ffmpeg reads. Disposing removes what was unpacked for it.</summary>
/// <param name="Source">The loop's frames.</param>
/// <param name="Facts">What the object says about them.</param>
public sealed record OpenedLoop(VideoSource Source, VideoFacts Facts) : IDisposable
{
    /// <summary>Paths of unpacked files.</summary>
    internal IReadOnlyList<string> Unpacked { get; init; } = [];

    public void Dispose()
    {
        foreach (var path in Unpacked)
            File.Delete(path);
    }
}
