using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Media;

/// <summary>How videos are read. What a video may cost is in the section <see cref="Core.Studies.VideoLimits"/>.</summary>
public sealed record IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Videos that are probed or decoded at the same time. Each is one process of one thread.</summary>
    [Range(1, 1024)]
    public int MaxDecoders { get; init; } = 2;

    /// <summary>Clips that are cut and whose features are not computed yet. A clip of 20 frames of 299×299 pixels is 5.4 MB.</summary>
    [Range(1, 100_000)]
    public int ClipsInFlight { get; init; } = 32;

    /// <summary>Longest time of one run of ffprobe or ffmpeg. Waiting for a place among the clips in flight does not count.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DecodeTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Name or path of the program ffmpeg, 5.1 or later.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffmpeg { get; init; } = "ffmpeg";

    /// <summary>Name or path of the program ffprobe, 5.1 or later.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffprobe { get; init; } = "ffprobe";
}
