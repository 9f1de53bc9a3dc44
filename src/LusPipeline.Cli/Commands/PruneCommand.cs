using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Pipeline.Erasure;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus prune</c></summary>
internal static class PruneCommand
{
    private const int StudyChunk = 100;

    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var before = SinceOption.Create("--older-than", "What is older goes: an age such as 90d, or a UTC time such as 2026-01-31");
        before.Required = true;
        var spans = new Option<bool>("--spans") { Description = "Only the spans of traces" };
        var history = new Option<bool>("--history") { Description = "Only predictions that a newer generation of the same video replaced" };
        var features = new Option<bool>("--features") { Description = "Only the features of studies that were completed before; a replay makes them again" };
        var studies = new Option<bool>("--studies") { Description = "Whole studies that were completed before, results and all; their originals, if they are still there, stay and are passed by" };
        var dry = new Option<bool>("--dry-run") { Description = "Print how much would go, and delete nothing" };
        var command = new Command("prune", """
            Delete what is old and can be spared: spans, replaced predictions and features. Results of studies stay, unless --studies is given.

            Works while workers run, chunk by chunk; one that was stopped is gone on with by the next.
            """)
        {
            before, spans, history, features, studies, dry,
        }.WithExamples(
            "lus prune --older-than 90d --dry-run",
            "lus prune --older-than 90d",
            "lus prune --older-than 30d --spans",
            "lus prune --older-than 2025-01-01 --studies");
        command.SetLedgerAction(ledger, async (result, _) =>
        {
            using var interruption = new Interruption();
            var all = !new[] { spans, history, features, studies }.Any(result.GetValue);
            var chosen = new Choice(all || result.GetValue(spans), all || result.GetValue(history), all || result.GetValue(features), result.GetValue(studies));
            var time = result.GetRequiredValue(before)!.Value;
            using var opened = result.GetValue(dry)
                ? await ledger.OpenToReadAsync(result, interruption.Token)
                : await ledger.OpenToChangeAsync(result, interruption.Token);
            var pruning = new Pruning(opened.Open, time);
            await (result.GetValue(dry) ? CountAsync(pruning, chosen, interruption.Token) : DeleteAsync(pruning, chosen, opened, interruption.Token));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task CountAsync(Pruning pruning, Choice chosen, CancellationToken cancellation)
    {
        if (chosen.Spans)
            await Console.Out.WriteLineAsync($"spans: {await pruning.CountSpansAsync(cancellation)} would go");
        if (chosen.History)
            await Console.Out.WriteLineAsync($"replaced predictions: {await pruning.CountHistoryAsync(cancellation)} would go");
        if (chosen.Features)
            await Console.Out.WriteLineAsync($"features: those of {await pruning.CountFeaturesAsync(cancellation)} clips would go");
        if (chosen.Studies)
            await Console.Out.WriteLineAsync($"studies: {await pruning.CountStudiesAsync(cancellation)} would go, with all that is known of them");
    }

    private static async Task DeleteAsync(Pruning pruning, Choice chosen, OpenedLedger opened, CancellationToken cancellation)
    {
        if (chosen.Studies)
            await Console.Out.WriteLineAsync($"studies: {await ShownAsync("studies", show => DeleteStudiesAsync(pruning, opened, show, cancellation))} deleted");
        if (chosen.Spans)
            await Console.Out.WriteLineAsync($"spans: {await ShownAsync("spans", show => pruning.DeleteSpansAsync(show, cancellation))} deleted");
        if (chosen.History)
            await Console.Out.WriteLineAsync($"replaced predictions: {await ShownAsync("predictions", show => pruning.DeleteHistoryAsync(show, cancellation))} deleted");
        if (chosen.Features)
        {
            using var objects = opened.OpenObjects();
            var bytes = 0L;
            var clips = await ShownAsync("clips' features", async show =>
            {
                (var deleted, bytes) = await pruning.DeleteFeaturesAsync(objects.Work, show, cancellation);
                return deleted;
            });
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"features: those of {clips} clips deleted, {bytes / 1e6:0.0} MB"));
        }
    }

    private static async Task<long> DeleteStudiesAsync(Pruning pruning, OpenedLedger opened, Action<long> show, CancellationToken cancellation)
    {
        using var objects = opened.OpenObjects();
        var erasure = new StudyErasure(opened.Open, opened.Clock);
        var deleted = 0L;
        while (await pruning.StudiesAsync(StudyChunk, cancellation) is { Count: > 0 } studies)
        {
            foreach (var study in studies)
            {
                cancellation.ThrowIfCancellationRequested();
                await erasure.EraseAsync(study, objects.Work, objects.Results, keepOut: opened.Shared, cancellation);
                show(++deleted);
            }
        }
        return deleted;
    }

    private static async Task<long> ShownAsync(string what, Func<Action<long>, Task<long>> delete)
    {
        var display = new CountDisplay((done, _) => $"{done} {what} deleted", Terminal.Error, TimeProvider.System);
        var deleted = await delete(done => display.Show(done, long.MaxValue));
        display.Show(deleted, deleted);
        return deleted;
    }

    private sealed record Choice(bool Spans, bool History, bool Features, bool Studies);
}
