using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Ingest;

/// <summary>How videos are read. What a video may cost is in <see cref="Core.Studies.VideoLimits"/>.</summary>
public sealed record IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Videos probed or decoded at one time; each is one process of one thread.</summary>
    [Range(1, 1024)]
    public int MaxDecoders { get; init; } = 2;

    /// <summary>Clips cut and not yet extracted. A clip of 20 frames of 299×299 is 5.4 MB.</summary>
    [Range(1, 100_000)]
    public int ClipsInFlight { get; init; } = 32;

    /// <summary>Time that one run of ffprobe or ffmpeg may take; waiting for clips in flight does not count.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DecodeTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Program name or path of ffmpeg 5.1 or later.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffmpeg { get; init; } = "ffmpeg";

    /// <summary>Program name or path of ffprobe 5.1 or later.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffprobe { get; init; } = "ffprobe";
}
