using System.CommandLine;
using System.Globalization;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Core.Probabilities;
using LusPipeline.Storage.Ledger.Model;
using LusPipeline.Storage.Results;
using Spectre.Console;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus show STUDY</c></summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var name = new Argument<string>("study") { Description = "The study's name: its folder's, or the file's at the top" };
        var command = new Command("show", "Show one study: its videos, clips, stage times and trace") { name }.WithExamples("lus show patient1", "lus show scan.mp4 --home /data/lus");
        command.SetLedgerAction(ledger, async (result, cancellation) =>
        {
            using var opened = await ledger.OpenToReadAsync(result, cancellation);
            var studies = await new ResultReader(opened.Open).StudiesAsync([result.GetRequiredValue(name)], cancellation);
            if (studies.Count == 0)
            {
                await Console.Error.WriteLineAsync($"lus: the ledger has no study {ResultTable.Printable(result.GetRequiredValue(name))}. lus studies lists them.");
                return ExitCode.Error;
            }
            foreach (var study in studies)
                Write(Terminal.Output, study, await new SpanReader(opened.Open).OfStudyAsync(study.StudyId, cancellation));
            await Console.Out.WriteLineAsync(ResearchNotice.Text);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, StudyResult study, IReadOnlyList<SpanRow> spans)
    {
        console.Write(ResultTable.Studies([study]));
        console.Write(ResultTable.Videos(study.Videos));
        console.Write(Clips(study));
        var names = study.Videos.ToDictionary(video => video.VideoId, video => video.Video);
        console.Write(StageTimes(spans));
        foreach (var trace in spans.GroupBy(span => span.TraceId))
            console.Write(Waterfall.Of([.. trace], names));
    }

    private static Table Clips(StudyResult study)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("clips");
        table.AddColumn("video");
        table.AddColumn(new TableColumn("clip").RightAligned());
        foreach (var diagnosis in DiagnosisNames.All)
            table.AddColumn(new TableColumn(diagnosis).RightAligned());
        foreach (var video in study.Videos)
        {
            for (var index = 0; index < video.Clips.Count; index++)
            {
                var clip = video.Clips[index];
                table.AddRow(
                    ResultTable.Name(video.Video), index.ToString(CultureInfo.InvariantCulture),
                    Share(clip.Covid), Share(clip.Pneumonia), Share(clip.Healthy));
            }
        }
        return table;
    }

    private static Table StageTimes(IReadOnlyList<SpanRow> spans)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("stage times");
        table.AddColumn("stage");
        foreach (var heading in new[] { "spans", "total (ms)", "longest (ms)" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var stage in spans.Where(span => span.ParentSpanId is not null).GroupBy(span => span.Name))
        {
            table.AddRow(
                Markup.Escape(stage.Key), stage.Count().ToString(CultureInfo.InvariantCulture),
                Milliseconds(stage.Sum(span => span.DurationMicroseconds)), Milliseconds(stage.Max(span => span.DurationMicroseconds)));
        }
        return table;
    }

    private static string Share(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Milliseconds(long microseconds) => (microseconds / 1000.0).ToString("0.0", CultureInfo.InvariantCulture);
}
