using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Ledger.Audits;
using LusPipeline.Ledger.Erasure;
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
        var features = new Option<bool>("--features") { Description = "Only the features of studies that were completed before this time; a replay computes them again" };
        var studies = new Option<bool>("--studies")
        {
            Description = "Whole studies that were completed before this time, with their results; originals that are still in the bucket stay there and are not analysed again",
        };
        var dry = new Option<bool>("--dry-run") { Description = "Print how much would be deleted, and delete nothing" };
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
            var old = new OldRows(opened.Open, time);
            await (result.GetValue(dry) ? CountAsync(old, chosen, interruption.Token) : DeleteAsync(old, chosen, opened, interruption.Token));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task CountAsync(OldRows old, Choice chosen, CancellationToken cancellation)
    {
        if (chosen.Spans)
            await Console.Out.WriteLineAsync($"spans: {await old.CountSpansAsync(cancellation)} would go");
        if (chosen.History)
            await Console.Out.WriteLineAsync($"replaced predictions: {await old.CountHistoryAsync(cancellation)} would go");
        if (chosen.Features)
            await Console.Out.WriteLineAsync($"features: those of {await old.CountFeaturesAsync(cancellation)} clips would go");
        if (chosen.Studies)
            await Console.Out.WriteLineAsync($"studies: {await old.CountStudiesAsync(cancellation)} would go, with all that is known of them");
    }

    private static async Task DeleteAsync(OldRows old, Choice chosen, OpenedLedger opened, CancellationToken cancellation)
    {
        if (chosen.Studies)
            await Console.Out.WriteLineAsync($"studies: {await ShownAsync("studies", show => DeleteStudiesAsync(old, opened, show, cancellation))} deleted");
        if (chosen.Spans)
            await Console.Out.WriteLineAsync($"spans: {await RecordedAsync(opened, "spans", show => old.DeleteSpansAsync(show, cancellation))} deleted");
        if (chosen.History)
            await Console.Out.WriteLineAsync($"replaced predictions: {await RecordedAsync(opened, "predictions", show => old.DeleteHistoryAsync(show, cancellation))} deleted");
        if (chosen.Features)
        {
            using var objects = opened.OpenObjects();
            var bytes = 0L;
            var clips = await RecordedAsync(opened, "clips' features", async show =>
            {
                (var deleted, bytes) = await new FeaturesPruning(old).DeleteAsync(objects.Work, show, cancellation);
                return deleted;
            });
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"features: those of {clips} clips deleted, {bytes / 1e6:0.0} MB"));
        }
    }

    private static async Task<long> DeleteStudiesAsync(OldRows old, OpenedLedger opened, Action<long> show, CancellationToken cancellation)
    {
        using var objects = opened.OpenObjects();
        var erasure = new StudyErasure(opened.Open, opened.Clock) { Action = AuditAction.Prune };
        var deleted = 0L;
        while (await old.StudiesAsync(StudyChunk, cancellation) is { Count: > 0 } studies)
        {
            foreach (var study in studies)
            {
                cancellation.ThrowIfCancellationRequested();
                await erasure.EraseAsync(study, objects.Work, objects.Results, keepOut: opened.Shared, cancellation);
                show(++deleted);
            }
        }
        if (deleted > 0)
            await opened.CleanUpAsync(objects, cancellation);
        return deleted;
    }

    /// <summary>Shows how a deletion gets on, and records it in the audit even if it ends in its midst.</summary>
    private static async Task<long> RecordedAsync(OpenedLedger opened, string what, Func<Action<long>, Task<long>> delete)
    {
        var deleted = 0L;
        try
        {
            return await ShownAsync(what, show => delete(done => show(deleted = done)));
        }
        finally
        {
            await using var ledger = opened.Open();
            await AuditTrail.AppendAsync(
                ledger, AuditAction.Prune, null, opened.Clock.GetUtcNow().UtcDateTime, new Dictionary<string, long> { [what] = deleted }, CancellationToken.None);
        }
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
