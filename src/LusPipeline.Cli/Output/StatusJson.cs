using System.Text.Json;

namespace LusPipeline.Cli.Output;

/// <summary>Prints the state of the workers' work as one line of JSON. It is a contract with scripts: names may be added but never change.</summary>
internal static class StatusJson
{
    public static string Write(PipelineStatus status)
    {
        var (ledger, queues) = status;
        return JsonSerializer.Serialize(
            new StatusLine(
                ledger.At, ledger.Exact,
                [.. ledger.Stages.Select(stage => new StageLine(
                    stage.Stage, stage.Waiting, stage.Running, stage.Done, stage.Failed, stage.Failures,
                    StatusTable.Depth(queues.Depths, stage.Stage) is { } depth ? new(depth.Routine, depth.Urgent, depth.Consumers) : null))],
                new(ledger.OpenStudies, ledger.CompleteStudies), ledger.ClipsPerMinute, ledger.Remaining?.TotalSeconds,
                queues.Depths?.DeadLetters, queues.Depths?.Returned, queues.Unknown,
                [.. ledger.Workers.Select(worker => new WorkerLine(
                    worker.WorkerId, worker.Host, worker.ProcessId, worker.Stages.Split(','), worker.Version, worker.Provider, worker.StartedAt,
                    worker.Silent.TotalSeconds, worker.Alive))]),
            CliJson.Lines.StatusLine);
    }

    /// <param name="Exact">Whether the numbers of finished work and of complete studies were counted. Otherwise they are estimates.</param>
    /// <param name="QueuesUnknown">Why the depths of the queues are unknown; null if they are known.</param>
    internal sealed record StatusLine(
        DateTime At, bool Exact, StageLine[] Stages, StudiesLine Studies, double ClipsPerMinute, double? RemainingSeconds,
        long? DeadLetters, long? Returned, string? QueuesUnknown, WorkerLine[] Workers);

    internal sealed record StageLine(
        string Stage, long Waiting, long Running, long Done, long Failed, IReadOnlyDictionary<string, long> Failures, QueueLine? Queue);

    internal sealed record QueueLine(long Routine, long Urgent, int Consumers);

    internal sealed record StudiesLine(long Open, long Complete);

    internal sealed record WorkerLine(
        Guid Id, string Host, int ProcessId, string[] Stages, string Version, string Provider, DateTime StartedAt, double SilentSeconds, bool Alive);
}
