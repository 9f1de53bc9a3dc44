using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Status;

namespace LusPipeline.Hosting.Status;

/// <summary>The state of the work. It is a contract with scripts: names may be added but never change.</summary>
/// <param name="Exact">Whether the numbers of finished work and of complete studies were counted. Otherwise they are estimates.</param>
/// <param name="QueuesUnknown">Why the depths of the queues, or of some of them, are unknown; null if they are known.</param>
public sealed record StatusJson(
    DateTime At, bool Exact, IReadOnlyList<StageJson> Stages, StudiesJson Studies, double ClipsPerMinute, double? RemainingSeconds,
    long? DeadLetters, long? Returned, string? QueuesUnknown, IReadOnlyList<WorkerJson> Workers)
{
    public static StatusJson From(PipelineStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var (ledger, queues) = status;
        return new(
            ledger.At, ledger.Exact, [.. ledger.Stages.Select(stage => StageJson.From(stage, queues.Depths))],
            new(ledger.OpenStudies, ledger.CompleteStudies), ledger.ClipsPerMinute, ledger.Remaining?.TotalSeconds,
            queues.Depths?.DeadLetters, queues.Depths?.Returned, queues.Unknown, [.. ledger.Workers.Select(WorkerJson.From)]);
    }
}

/// <summary>The state of one stage: ingest counts videos, features and sequence count clips.</summary>
/// <param name="Failures">By reason code.</param>
/// <param name="Queue">What waits on the broker; null if it is unknown.</param>
public sealed record StageJson(
    string Stage, long Waiting, long Running, long Done, long Failed, IReadOnlyDictionary<string, long> Failures, QueueJson? Queue)
{
    internal static StageJson From(StageStatus stage, QueueDepths? depths) => new(
        stage.Stage, stage.Waiting, stage.Running, stage.Done, stage.Failed, stage.Failures,
        depths is not null && StageNames.Parse(stage.Stage) is { } known && depths.Stages[known] is { } depth ? new(depth.Routine, depth.Urgent, depth.Consumers) : null);
}

/// <summary>Messages of a stage that wait on the broker, and the workers that take them.</summary>
public sealed record QueueJson(long Routine, long Urgent, int Consumers);

/// <summary>Numbers of studies.</summary>
public sealed record StudiesJson(long Open, long Complete);

/// <summary>A worker that is registered.</summary>
/// <param name="SilentSeconds">Seconds since its last heartbeat.</param>
/// <param name="Alive">Whether that is less than the lease.</param>
public sealed record WorkerJson(
    Guid Id, string Host, int ProcessId, IReadOnlyList<string> Stages, string Version, string Provider, DateTime StartedAt, double SilentSeconds, bool Alive)
{
    internal static WorkerJson From(WorkerStatus worker) => new(
        worker.WorkerId, worker.Host, worker.ProcessId, worker.Stages.Split(','), worker.Version, worker.Provider, worker.StartedAt,
        worker.Silent.TotalSeconds, worker.Alive);
}
