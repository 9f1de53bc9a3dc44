using LusPipeline.Media.Sniffing;

namespace LusPipeline.Media.Probing;

/// <summary>
/// What ffprobe says of a video's first moving video stream, or its container's <see cref="ContainerIndex"/> and the decoder that confirmed it.
/// Everything here is a claim of the file's, except what was counted.
/// </summary>
/// <param name="Codec">ffmpeg's name, for example <c>h264</c>.</param>
/// <param name="Width">Pixels, before rotation; 0 when the stream does not say.</param>
/// <param name="Height">Pixels, before rotation; 0 when the stream does not say.</param>
/// <param name="Duration">The stream's length, else the container's; null when neither says.</param>
/// <param name="DeclaredFrames">The header's frame count, which may be wrong; null when it has none.</param>
/// <param name="Packets">Packets counted that are not to be discarded: nearly always the number of frames that a decoder gives.</param>
/// <param name="CutShort">By its own sizes the container goes on beyond the end of the file.</param>
public sealed record VideoFacts(
    VideoContainer Container, string Codec, int Width, int Height, TimeSpan? Duration, int? DeclaredFrames, int Packets, bool CutShort)
{
    /// <summary>
    /// The frames that a whole file of this header gives: of a file cut short, what its header declares; otherwise no more than the
    /// packets that are there, because an edit list takes frames away and a header counts them still.
    /// </summary>
    public int? ExpectedFrames => DeclaredFrames is { } declared ? CutShort ? declared : Math.Min(declared, Packets) : null;
}
