using LusPipeline.Core.Stages;

namespace LusPipeline.Core.Messages;

/// <summary>The features of a clip are stored, and the clip waits for the head. The ledger holds everything else about the clip.</summary>
/// <param name="Version">The contract's version.</param>
/// <param name="StudyDay">UTC date on which the study was first seen. It is part of the ledger's keys.</param>
/// <param name="Generation">The video's generation. A message of an older generation has no effect.</param>
public sealed record FeaturesReady(int Version, Guid ClipId, DateOnly StudyDay, int Generation) : IClipMessage
{
    public const int CurrentVersion = 2;

    /// <summary>Whether the message goes to the queue that workers take from first.</summary>
    public bool Urgent { get; init; }

    int IStageMessage.KnownVersion => CurrentVersion;

    Stage IStageMessage.Stage => Stage.Sequence;

    Guid IStageMessage.SubjectId => ClipId;
}
