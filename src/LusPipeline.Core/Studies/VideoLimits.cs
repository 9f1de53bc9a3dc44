using System.ComponentModel.DataAnnotations;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Core.Studies;

/// <summary>What a video may cost before it is rejected. When a limit is raised, the videos that it rejected are tried again.</summary>
public sealed record VideoLimits
{
    public const string Section = "Limits";

    /// <summary>Most pixels of one frame, width times height.</summary>
    [Range(1, 268_435_456)]
    public long MaxFramePixels { get; init; } = 16_000_000;

    /// <summary>Most decoded frames of one video.</summary>
    [Range(2, 100_000_000)]
    public int MaxFrames { get; init; } = 20_000;

    /// <summary>Most bytes of one video file or object.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Returns the value of the limit that a rejection refers to.</summary>
    /// <param name="reason">One of <see cref="ReasonCode"/>.</param>
    /// <returns>Null if the reason refers to no limit.</returns>
    public long? For(string? reason) => reason switch
    {
        ReasonCode.TooLargeFrame => MaxFramePixels,
        ReasonCode.TooManyFrames => MaxFrames,
        ReasonCode.TooLargeFile => MaxFileBytes,
        _ => null,
    };
}
