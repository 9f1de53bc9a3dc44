using System.ComponentModel.DataAnnotations;
using LusPipeline.Media.Processes;

namespace LusPipeline.Media;

/// <summary>How videos are read. What a video may cost is in the section <see cref="Core.Studies.VideoLimits"/>.</summary>
public sealed record IngestOptions : IValidatableObject
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

    /// <summary>Most memory that ffprobe or ffmpeg may have for one video, in bytes of address space; the program alone takes 0.3 GB.</summary>
    [Range(512L << 20, 1L << 40)]
    public long MaxDecoderBytes { get; init; } = 2L << 30;

    /// <summary>The program ffmpeg, 5.1 or later: an absolute path, or a name that stands in a folder of PATH.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffmpeg { get; init; } = "ffmpeg";

    /// <summary>The program ffprobe, 5.1 or later: an absolute path, or a name that stands in a folder of PATH.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffprobe { get; init; } = "ffprobe";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (key, program) in new[] { (nameof(Ffmpeg), Ffmpeg), (nameof(Ffprobe), Ffprobe) })
        {
            if (!ProgramPath.IsSafe(program))
                yield return new($"{Section}:{key} ({program}) is a relative path, which means another program in each folder; give an absolute path, or a name that stands in a folder of PATH.", [key]);
        }
    }
}
