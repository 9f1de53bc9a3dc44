using LusPipeline.Core.Stages;

namespace LusPipeline.Core.Messages;

/// <summary>A video waits for ingest. The ledger holds everything else about it.</summary>
/// <param name="Version">The contract's version.</param>
/// <param name="StudyDay">UTC date on which the study was first seen. It is part of the ledger's keys.</param>
/// <param name="Generation">The video's generation. A message of an older generation has no effect.</param>
public sealed record VideoFound(int Version, Guid VideoId, DateOnly StudyDay, int Generation) : IStageMessage
{
    public const int CurrentVersion = 1;

    /// <summary>Whether the message goes to the queue that workers take from first.</summary>
    public bool Urgent { get; init; }

    int IStageMessage.KnownVersion => CurrentVersion;

    Stage IStageMessage.Stage => Stage.Ingest;

    Guid IStageMessage.SubjectId => VideoId;
}
