using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusPipeline.Cli.Output;

/// <summary>The state of the workers' work as one line of JSON: a contract with scripts, so names are added and never changed.</summary>
internal static partial class StatusJson
{
    private static readonly StatusJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

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
            Context.StatusLine);
    }

    /// <param name="Exact">Whether what is done and complete was counted; else it is an estimate.</param>
    /// <param name="QueuesUnknown">Why the queues are not known, where they are not.</param>
    internal sealed record StatusLine(
        DateTime At, bool Exact, StageLine[] Stages, StudiesLine Studies, double ClipsPerMinute, double? RemainingSeconds,
        long? DeadLetters, long? Returned, string? QueuesUnknown, WorkerLine[] Workers);

    internal sealed record StageLine(
        string Stage, long Waiting, long Running, long Done, long Failed, IReadOnlyDictionary<string, long> Failures, QueueLine? Queue);

    internal sealed record QueueLine(long Routine, long Urgent, int Consumers);

    internal sealed record StudiesLine(long Open, long Complete);

    internal sealed record WorkerLine(
        Guid Id, string Host, int ProcessId, string[] Stages, string Version, string Provider, DateTime StartedAt, double SilentSeconds, bool Alive);

    [JsonSerializable(typeof(StatusLine))]
    private sealed partial class StatusJsonContext : JsonSerializerContext;
}
