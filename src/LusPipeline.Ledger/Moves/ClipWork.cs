namespace LusPipeline.Ledger.Moves;

/// <summary>
/// A clip that waits for features or sequence, or a started attempt at it. It holds what an attempt needs from the rows of the clip, its
/// video and its study.
/// </summary>
/// <param name="Retries">Earlier attempts at this generation, at either stage, that failed or found their object missing.</param>
/// <param name="BundleId">The id of the bundle that is to predict the video.</param>
/// <param name="Variant">The bundle's variant: fp32, fp16 or int8.</param>
/// <param name="TraceParent">W3C trace context of the video's current generation.</param>
public sealed record ClipWork(
    DateOnly StudyDay, Guid ClipId, Guid VideoId, Guid StudyId, int ClipIndex, int Generation, int Retries,
    string BundleId, string Variant, string TraceParent)
{
    /// <summary>
    /// The id of the worker that owned the row when it was read. Every move compares it. Null if <c>lus run</c> started the attempt, or if
    /// nobody has started it.
    /// </summary>
    public Guid? WorkerId { get; init; }

    /// <summary>Attempts at the current stage that started and did not end. A running attempt is included.</summary>
    public int Starts { get; init; }

    /// <summary>Whether the study is urgent. Urgent studies are processed before routine ones.</summary>
    public bool Urgent { get; init; }

    /// <summary>sha256 of the frames object, lower-case hex. Null if the clip was cut by a version that did not store it.</summary>
    public string? FramesSha256 { get; init; }

    /// <summary>Key of the features object [T,D]. Null if the clip has none.</summary>
    public string? FeaturesKey { get; init; }

    /// <summary>sha256 of the features object, lower-case hex.</summary>
    public string? FeaturesSha256 { get; init; }
}
