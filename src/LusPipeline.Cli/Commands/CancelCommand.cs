using System.CommandLine;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Ledger.Moves;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus cancel STUDY…</c></summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var names = new Argument<string[]>("study") { Description = "Names of studies", Arity = ArgumentArity.OneOrMore };
        var command = new Command("cancel", """
            Cancel what of these studies waits or runs. What is done stays done; lus replay --study brings the rest back.

            A worker that has a video or clip in work finds it cancelled when it wants to move it on. Videos that come later
            are cancelled too.
            """)
        {
            names,
        }.WithExamples("lus cancel patient1", "lus cancel patient1 patient2 --home /data/lus");
        command.SetLedgerAction(ledger, async (result, cancellation) =>
        {
            using var opened = await ledger.OpenToChangeAsync(result, cancellation);
            var studies = await NamedStudies.FindAsync(opened.Open, result.GetRequiredValue(names), cancellation);
            var moves = new StudyCancellation(opened.Open, opened.Clock);
            foreach (var study in studies)
            {
                var cancelled = await moves.CancelAsync(study.StudyId, study.StudyDay, cancellation);
                await Console.Out.WriteLineAsync($"{ResultTable.Printable(study.Name)}: {Describe(cancelled, study.Status)}");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(CancelledWork cancelled, string before) => cancelled switch
    {
        { Study: false, Videos: 0, Clips: 0 } => $"nothing to cancel, it is {before}",
        { Running: 0 } => $"cancelled, with {cancelled.Videos} videos and {cancelled.Clips} clips that waited",
        _ => $"cancelled, with {cancelled.Videos} videos and {cancelled.Clips} clips, {cancelled.Running} of them in a worker's hands",
    };
}
