using LusPipeline.Core.Stages;

namespace LusPipeline.Core.Messages;

/// <summary>
/// A message that asks a stage to work on a video or a clip. It only identifies a row of the ledger. Anyone who may publish to the broker
/// can write to the queue, so handlers read everything else from the row.
/// </summary>
public interface IStageMessage
{
    /// <summary>The stage that does the work.</summary>
    Stage Stage { get; }

    /// <summary>The contract's version. Unknown fields are ignored.</summary>
    int Version { get; }

    /// <summary>The only version that this program understands.</summary>
    int KnownVersion { get; }

    /// <summary>UTC date on which the study was first seen. It is part of the ledger's keys.</summary>
    DateOnly StudyDay { get; }

    /// <summary>The video's generation. A message of an older generation has no effect.</summary>
    int Generation { get; }

    /// <summary>Whether the message goes to the queue that workers take from first. For later stages, the study's row decides.</summary>
    bool Urgent { get; }

    /// <summary>The id of the video or clip that the work is about.</summary>
    Guid SubjectId { get; }
}
