using System.Text.Json.Serialization;
using FFMpegCore;

namespace LusPipeline.Media.Probing;

/// <summary>
/// ffprobe's JSON: FFMpegCore's model of a stream with the frame count that it leaves out. Its finished analysis is not used:
/// it cannot be made from a document, reads durations in clock notation only, and throws on what it does not expect.
/// </summary>
internal sealed class ProbeDocument
{
    [JsonPropertyName("streams")]
    public List<ProbedStream>? Streams { get; set; }

    [JsonPropertyName("format")]
    public Format? Format { get; set; }
}

internal sealed class ProbedStream : FFProbeStream
{
    [JsonPropertyName("nb_frames")]
    public string? DeclaredFrames { get; set; }
}
