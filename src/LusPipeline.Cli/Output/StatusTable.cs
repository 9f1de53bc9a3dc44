using System.Globalization;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Status;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LusPipeline.Cli.Output;

/// <summary>Prints the state of the workers' work as tables, for people.</summary>
internal static class StatusTable
{
    public static IRenderable Create(PipelineStatus status)
    {
        var parts = new List<IRenderable> { Stages(status), new Text(Summary(status.Ledger)) };
        if (status.Queues.Unknown is { } unknown)
            parts.Add(new Text($"queues unknown: {unknown}"));
        if (status.Queues.Depths is { Returned: var returned, DeadLetters: var dead } && (returned ?? 0) + (dead ?? 0) > 0)
            parts.Add(new Text($"{Number(dead)} dead letters, {Number(returned)} returned messages to settle"));
        parts.Add(status.Ledger.Workers.Count == 0 ? new Text("no workers") : Workers(status.Ledger));
        return new Rows(parts);
    }

    private static Table Stages(PipelineStatus status)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("stage");
        foreach (var heading in new[] { "waiting", "running", "done", "failed" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        table.AddColumn("why").AddColumn(new TableColumn("queued").RightAligned()).AddColumn(new TableColumn("urgent").RightAligned()).AddColumn(new TableColumn("consumers").RightAligned());
        foreach (var stage in status.Ledger.Stages)
        {
            var depth = Depth(status.Queues.Depths, stage.Stage);
            table.AddRow(
                stage.Stage, Number(stage.Waiting), Number(stage.Running), (status.Ledger.Exact ? "" : "~") + Number(stage.Done), Number(stage.Failed),
                Markup.Escape(string.Join(", ", stage.Failures.OrderByDescending(failure => failure.Value).Select(failure => $"{failure.Key} {Number(failure.Value)}"))),
                Number(depth?.Routine), Number(depth?.Urgent), Number(depth?.Consumers));
        }
        return table;
    }

    private static Table Workers(LedgerStatus status)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("worker", "stages", "version", "runs on", "since (UTC)", "heartbeat");
        foreach (var worker in status.Workers)
        {
            table.AddRow(
                Markup.Escape($"{worker.Host}/{worker.ProcessId}"), Markup.Escape(worker.Stages), Markup.Escape(worker.Version), Markup.Escape(worker.Provider),
                worker.StartedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{worker.Silent.TotalSeconds:0} s ago{(worker.Alive ? "" : ": dead")}"));
        }
        return table;
    }

    private static string Summary(LedgerStatus status) => string.Create(CultureInfo.InvariantCulture,
        $"{status.OpenStudies:N0} studies open, {(status.Exact ? "" : "~")}{status.CompleteStudies:N0} complete; "
        + $"{status.ClipsPerMinute:0.0} clips/min over the last {StatusReader.RateOver.TotalMinutes:0} min{Remaining(status)}");

    private static string Remaining(LedgerStatus status) => status.Remaining switch
    {
        { } remaining => string.Create(CultureInfo.InvariantCulture, $"; done in about {Duration(remaining)}, {status.At + remaining:yyyy-MM-dd HH:mm} UTC"),
        null when status.Stages.Any(stage => stage.Waiting + stage.Running > 0) => "; nothing moves, so there is no telling when it will be done",
        null => "",
    };

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => "a minute",
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.0} days"),
    };

    private static StageDepth? Depth(QueueDepths? depths, string stage) =>
        depths is not null && StageNames.Parse(stage) is { } known ? depths.Stages[known] : null;

    private static string Number(long? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "?";
}
