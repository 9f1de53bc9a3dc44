namespace LusPipeline.Core.Messages;

/// <summary>A message that asks a stage for work on a video or a clip. It only points: the ledger holds what is true of it.</summary>
public interface IStageMessage
{
    /// <summary>The contract's version; unknown fields are ignored.</summary>
    int Version { get; }

    /// <summary>UTC date on which the study was first seen: part of the ledger's keys.</summary>
    DateOnly StudyDay { get; }

    Guid VideoId { get; }

    /// <summary>The video's generation; a message of an older one is stale and does nothing.</summary>
    int Generation { get; }

    /// <summary>Taken before routine work.</summary>
    bool Urgent { get; }

    /// <summary>The video or the clip that the work is about.</summary>
    Guid SubjectId { get; }
}
