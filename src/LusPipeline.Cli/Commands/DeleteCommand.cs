using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Erasure;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus delete STUDY</c></summary>
internal static class DeleteCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var name = new Argument<string>("study") { Description = "The study's name" };
        var yes = new Option<bool>("--yes") { Description = "Really delete it" };
        var keepOut = new Option<bool>("--keep-out") { Description = "Delete although originals are still in the bucket: a hash of each is kept, so that watchers do not analyse it again" };
        var command = new Command("delete", """
            Delete all that the pipeline has of one study, for a request of erasure: its rows in every table, its features, clips and result.

            What still waits or runs is cancelled first. Your originals are never touched: delete them before, else a watcher would
            register them again. Events that were published, backups, logs (ids only) and collectors of traces are not the ledger's.
            """)
        {
            name, yes, keepOut,
        }.WithExamples("lus delete patient1 --yes", "lus delete patient1 --yes --keep-out");
        command.SetLedgerAction(ledger, async (result, _) =>
        {
            using var interruption = new Interruption();
            var cancellation = interruption.Token;
            using var opened = await ledger.OpenToChangeAsync(result, cancellation);
            var studies = await NamedStudies.FindAsync(opened.Open, [result.GetRequiredValue(name)], cancellation);
            if (!result.GetValue(yes))
                return await RefuseAsync($"this deletes all that is known of {ResultTable.Printable(studies[0].Name)}, for good. Repeat it with --yes.");
            if (!opened.Shared && result.GetValue(keepOut))
                return await RefuseAsync("--keep-out is for the ledger of workers; lus run takes the paths that it is given.");
            using var objects = opened.OpenObjects();
            var erasure = new StudyErasure(opened.Open, opened.Clock);
            foreach (var study in studies)
            {
                if (objects.Originals is { } originals && !result.GetValue(keepOut)
                    && await erasure.CountOriginalsAsync(study.StudyId, originals, cancellation) is > 0 and var left)
                {
                    return await RefuseAsync(
                        $"{left} of its originals are still in the bucket; they are yours, and a watcher would register them again. Delete them first, or give --keep-out.");
                }
                if (await new StudyCancellation(opened.Open, opened.Clock).CancelAsync(study.StudyId, study.StudyDay, cancellation) is { Running: > 0 } cancelled)
                {
                    await Console.Error.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{cancelled.Running} of its videos and clips are in a worker's hands. Waiting {StudyErasure.ReleaseTime.TotalSeconds:0} s for it to let go of them."));
                    await Task.Delay(StudyErasure.ReleaseTime, cancellation);
                }
                var erased = await erasure.EraseAsync(study, objects.Work, objects.Results, result.GetValue(keepOut), cancellation);
                await Console.Out.WriteLineAsync($"{ResultTable.Printable(study.Name)}: {Describe(erased)}");
            }
            await opened.CleanUpAsync(objects, cancellation);
            await Console.Out.WriteLineAsync(opened.Shared
                ? "The originals are not touched."
                : "The originals are not touched: a lus run on a folder that still holds them analyses them again.");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(ErasedStudy erased) => string.Create(CultureInfo.InvariantCulture,
        $"deleted {erased.Videos} videos, {erased.Clips} clips, {erased.Predictions} predictions, {erased.Spans} spans and {erased.Bytes / 1e6:0.0} MB of objects")
        + (erased.KeptOut > 0 ? $"; {erased.KeptOut} hashes stay" : "");

    private static async Task<int> RefuseAsync(string why)
    {
        await Console.Error.WriteLineAsync($"lus: {why}");
        return ExitCode.Error;
    }
}
