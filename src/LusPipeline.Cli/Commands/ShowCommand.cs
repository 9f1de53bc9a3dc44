using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Results;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;
using Spectre.Console;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus show STUDY</c></summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var name = new Argument<string>("study") { Description = "The study's name: its folder's, or the file's at the top" };
        var format = OutputFormat.TableOrJson();
        var command = new Command("show", "Show one study: its videos, clips, earlier results, stage times and trace") { name, format }
            .WithExamples("lus show patient1", "lus show scan.mp4 --home /data/lus", "lus show patient1 --format json");
        command.SetLedgerAction(ledger, async (result, cancellation) =>
        {
            using var opened = await ledger.OpenToReadAsync(result, cancellation);
            var results = new ResultReader(opened.Open);
            var studies = await results.StudiesAsync([result.GetRequiredValue(name)], cancellation);
            if (studies.Count == 0)
            {
                await Console.Error.WriteLineAsync($"lus: the ledger has no study {ResultTable.Printable(result.GetRequiredValue(name))}. lus studies lists them.");
                return ExitCode.Error;
            }
            var json = result.GetRequiredValue(format) == OutputFormat.Json;
            foreach (var study in studies)
            {
                var history = await results.HistoryAsync(study.StudyId, cancellation);
                if (json)
                    await WriteJsonAsync(study, history);
                else
                    Write(Terminal.Output, study, history, await new SpanReader(opened.Open).OfStudyAsync(study.StudyId, cancellation));
            }
            if (!json)
                await Console.Out.WriteLineAsync(ResearchNotice.Text);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Writes the study's lines as <c>lus results --format json</c> does, preceded by the lines of the results of earlier generations.</summary>
    private static async Task WriteJsonAsync(StudyResult study, IReadOnlyList<EarlierResult> history)
    {
        foreach (var video in study.Videos)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(VideoJson.From(video, cached: true), CliJson.Lines.VideoJson));
        foreach (var earlier in history)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(EarlierJson.From(earlier), CliJson.Lines.EarlierJson));
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(StudyJson.From(study), CliJson.Lines.StudyJson));
    }

    private static void Write(IAnsiConsole console, StudyResult study, IReadOnlyList<EarlierResult> history, IReadOnlyList<SpanRow> spans)
    {
        console.Write(ResultTable.Studies([study]));
        console.Write(ResultTable.Videos(study.Videos));
        console.Write(Clips(study));
        if (history.Count > 0)
            console.Write(History(history));
        var names = study.Videos.ToDictionary(video => video.VideoId, video => video.Video);
        console.Write(StageTimes(spans));
        foreach (var trace in spans.GroupBy(span => span.TraceId))
            console.Write(Waterfall.Create([.. trace], names));
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

    private static Table History(IReadOnlyList<EarlierResult> history)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("earlier results");
        table.AddColumn("video");
        table.AddColumn(new TableColumn("generation").RightAligned());
        table.AddColumn(new TableColumn("clips").RightAligned());
        table.AddColumn("diagnosis");
        foreach (var diagnosis in DiagnosisNames.All)
            table.AddColumn(new TableColumn(diagnosis).RightAligned());
        table.AddColumn("model");
        table.AddColumn("variant");
        table.AddColumn("predicted (UTC)");
        foreach (var earlier in history)
        {
            var mean = earlier.Result.Probabilities;
            table.AddRow(
                ResultTable.Name(earlier.Video), earlier.Generation.ToString(CultureInfo.InvariantCulture), earlier.Clips.ToString(CultureInfo.InvariantCulture),
                ResultTable.Diagnosis(earlier.Result, "", null), Share(mean.Covid), Share(mean.Pneumonia), Share(mean.Healthy),
                ResultTable.Name(earlier.Model), earlier.Variant, earlier.PredictedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
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
