using LusPipeline.Core.Clips;

namespace LusPipeline.Ledger.Results;

/// <summary>What a video's row knows beside its result.</summary>
/// <param name="Bytes">Size of the file; 0 for a loop of an archive, whose size nobody says.</param>
/// <param name="Width">Width of a frame in pixels; null until the video is decoded, as all that decoding tells.</param>
/// <param name="Duration">Length of the video; null if it is unknown.</param>
/// <param name="Cut">The plan applied to the decoded frames; null until the video is cut.</param>
/// <param name="Superseded">Whether the key holds other content by now, so that this video is no part of its study's result any more.</param>
public sealed record VideoDetails(
    Guid VideoId, Guid StudyId, int Generation, bool Superseded, long Bytes, string? Codec, int? Width, int? Height, int? Frames, TimeSpan? Duration,
    ClipPlan Plan, ClipCut? Cut, DateTime FoundAt, DateTime? StartedAt, DateTime? FinishedAt);
