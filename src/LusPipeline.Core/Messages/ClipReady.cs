namespace LusPipeline.Core.Messages;

/// <summary>A clip's frames are an object and wait for features.</summary>
/// <param name="Version">The contract's version; unknown fields are ignored.</param>
/// <param name="StudyDay">UTC date on which the study was first seen: part of the ledger's keys.</param>
/// <param name="Generation">The video's generation; a message of an older one is stale and does nothing.</param>
/// <param name="TraceParent">W3C trace context of the study's trace.</param>
/// <param name="FramesKey">Object of uint8 [T,H,W,3] RGB frames in numpy format.</param>
/// <param name="BundleId">The bundle that the video is meant for.</param>
/// <param name="Variant">The bundle's variant: fp32, fp16 or int8.</param>
public sealed record ClipReady(
    int Version, Guid ClipId, Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, string TraceParent,
    string FramesKey, string BundleId, string Variant) : IClipMessage
{
    public const int CurrentVersion = 1;

    /// <summary>Taken before routine work.</summary>
    public bool Urgent { get; init; }

    Guid IStageMessage.SubjectId => ClipId;
}
