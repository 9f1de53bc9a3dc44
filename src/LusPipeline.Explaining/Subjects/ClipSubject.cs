using LusPipeline.Core.Clips;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Explaining.Subjects;

/// <summary>A clip of the newest generation of a video, as the ledger knows it.</summary>
/// <param name="ObjectKey">The key of the original in its bucket.</param>
/// <param name="Content">The original's sha256 in lower-case hex (folder), or ETag and version (S3).</param>
/// <param name="Tag">The tag with which the bucket finds exactly this content again.</param>
/// <param name="Cut">The clip plan applied to the video.</param>
/// <param name="Index">Position of the clip in its video, from 0.</param>
/// <param name="FramesSha256">sha256 of the frames that were diagnosed, lower-case hex; null if an early version did not store it.</param>
/// <param name="Variant">The variant of the bundle that diagnosed the clip.</param>
/// <param name="Stored">The probabilities that the ledger has.</param>
public sealed record ClipSubject(
    Guid VideoId, Guid ClipId, string ObjectKey, string Content, string Tag, ClipPlan Plan, ClipCut Cut, int Index, string? FramesSha256,
    string BundleId, string Variant, int Generation, ClassProbabilities Stored);
