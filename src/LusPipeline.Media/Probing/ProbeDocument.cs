using System.Text.Json.Serialization;
using FFMpegCore;

namespace LusPipeline.Media.Probing;

/// <summary>
/// ffprobe's JSON: FFMpegCore's model of a stream, plus the frame count that the model omits. FFMpegCore's own analysis is not used. It cannot be built
/// from a document, reads durations in clock notation only, and throws on unexpected values.
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
