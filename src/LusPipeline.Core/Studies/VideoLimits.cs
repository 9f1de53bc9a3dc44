using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Core.Studies;

/// <summary>What a video may cost before it is rejected. Raising a limit makes the videos that it rejected eligible again.</summary>
public sealed record VideoLimits
{
    public const string Section = "Limits";

    /// <summary>Pixels of one frame.</summary>
    [Range(1, 268_435_456)]
    public long MaxFramePixels { get; init; } = 16_000_000;

    /// <summary>Decoded frames of one video.</summary>
    [Range(2, 100_000_000)]
    public int MaxFrames { get; init; } = 20_000;

    /// <summary>Bytes of one object.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; init; } = 2L * 1024 * 1024 * 1024;
}
