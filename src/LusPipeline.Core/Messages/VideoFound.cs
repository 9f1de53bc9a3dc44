namespace LusPipeline.Core.Messages;

/// <summary>A video waits for ingest. The ledger holds everything else about it.</summary>
/// <param name="Version">The contract's version; unknown fields are ignored.</param>
/// <param name="StudyDay">UTC date on which the study was first seen: part of the ledger's keys.</param>
/// <param name="Generation">The video's generation; a message of an older one is stale and does nothing.</param>
public sealed record VideoFound(int Version, Guid VideoId, DateOnly StudyDay, int Generation) : IStageMessage
{
    public const int CurrentVersion = 1;

    /// <summary>Taken before routine work.</summary>
    public bool Urgent { get; init; }

    Guid IStageMessage.SubjectId => VideoId;
}
