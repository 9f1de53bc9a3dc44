using LusPipeline.Media.Sniffing;

namespace LusPipeline.Media.Probing;

/// <summary>
/// The facts about a video's first video stream that is not an attached picture. They come from ffprobe, or from the container's
/// <see cref="ContainerIndex"/> after the decoder confirmed it. All of them are claims of the file, except what was counted.
/// </summary>
/// <param name="Codec">ffmpeg's name of the codec, for example <c>h264</c>.</param>
/// <param name="Width">Width in pixels, before rotation; 0 if the stream does not state it.</param>
/// <param name="Height">Height in pixels, before rotation; 0 if the stream does not state it.</param>
/// <param name="Duration">The stream's duration, or else the container's; null if neither is stated.</param>
/// <param name="DeclaredFrames">The frame count in the header, which may be wrong; null if there is none.</param>
/// <param name="Packets">Number of packets without the discard flag. It nearly always equals the number of frames that a decoder gives.</param>
/// <param name="CutShort">Whether the container, by its own sizes, extends beyond the end of the file.</param>
public sealed record VideoFacts(
    VideoContainer Container, string Codec, int Width, int Height, TimeSpan? Duration, int? DeclaredFrames, int Packets, bool CutShort)
{
    /// <summary>
    /// The number of frames that the complete file would give. For a file that was cut short this is the declared count. Otherwise it is at most the number
    /// of packets, because an edit list removes frames that the header still counts.
    /// </summary>
    public int? ExpectedFrames => DeclaredFrames is { } declared ? CutShort ? declared : Math.Min(declared, Packets) : null;
}
