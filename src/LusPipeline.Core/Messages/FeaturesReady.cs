namespace LusPipeline.Core.Messages;

/// <summary>A clip's features are an object and wait for the head.</summary>
/// <param name="Version">The contract's version; unknown fields are ignored.</param>
/// <param name="StudyDay">UTC date on which the study was first seen: part of the ledger's keys.</param>
/// <param name="Generation">The video's generation; a message of an older one is stale and does nothing.</param>
/// <param name="TraceParent">W3C trace context of the study's trace.</param>
/// <param name="FeaturesKey">Object of float32 [T,D] features in numpy format.</param>
/// <param name="Sha256">Of that object, lower-case hex.</param>
public sealed record FeaturesReady(
    int Version, Guid ClipId, Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, string TraceParent,
    string FeaturesKey, string Sha256, string BundleId, string Variant) : IClipMessage
{
    public const int CurrentVersion = 1;

    /// <summary>Taken before routine work.</summary>
    public bool Urgent { get; init; }

    Guid IStageMessage.SubjectId => ClipId;
}
