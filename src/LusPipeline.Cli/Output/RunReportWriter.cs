using System.Globalization;
using System.Text.Json;
using LusPipeline.Cli.Labels;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Results;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Results;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Writes the results of <c>lus run</c>: a table for people, or one JSON object on each line.</summary>
internal sealed class RunReportWriter(bool json, VideoLabels? labels)
{
    private static readonly TextWriter Lines = Console.Out;

    /// <summary>Writes a finished video. It is called once for each video, in the order of completion.</summary>
    public void OnVideo(VideoResult video, bool cached)
    {
        if (json)
            Write(JsonSerializer.Serialize(VideoJson.From(video, cached), CliJson.Lines.VideoJson));
    }

    public void Finish(RunReport report)
    {
        var confusion = labels is null ? null : ConfusionMatrix.Count(report.Videos.Select(entry => entry.Video), labels);
        var trainedOn = labels is null ? null : TrainedOnVideos.Count(report.Videos.Select(entry => entry.Video), labels, report.Training);
        if (json)
        {
            foreach (var study in report.Studies)
                Write(JsonSerializer.Serialize(StudyJson.From(study), CliJson.Lines.StudyJson));
            Write(JsonSerializer.Serialize(Summary(report, confusion, trainedOn), CliJson.Lines.SummaryJson));
            return;
        }
        var console = Terminal.Output;
        if (report.Videos.Count > 0)
            console.Write(ResultTable.Videos(report.Videos.Select(entry => entry.Video).OrderBy(v => v.Study, StringComparer.Ordinal).ThenBy(v => v.Video, StringComparer.Ordinal)));
        confusion?.WriteTo(console);
        if (confusion is { Total: > 0 })
            console.Profile.Out.Writer.WriteLine(TrainedOnVideos.Text(trainedOn, confusion.Total));
        console.Profile.Out.Writer.WriteLine(Totals(report));
        console.Profile.Out.Writer.WriteLine($"Results: {Path.Combine(report.Home, "ledger.db")} (lus results, lus show STUDY)");
        console.Profile.Out.Writer.WriteLine(ResearchNotice.Text);
    }

    private static string Totals(RunReport report)
    {
        var parts = new List<string> { $"{report.Studies.Count} studies", $"{report.Videos.Count + report.Unfinished} videos: {Count(report, WorkStatus.Done)} done" };
        foreach (var status in new[] { WorkStatus.Rejected, WorkStatus.Failed, WorkStatus.Cancelled })
        {
            if (Count(report, status) is > 0 and var count)
                parts.Add($"{count} {status}");
        }
        if (report.Unfinished > 0)
            parts.Add($"{report.Unfinished} unfinished (run again to go on)");
        if (report.Videos.Count(entry => entry.Cached) is > 0 and var cached)
            parts.Add($"{cached} from earlier runs");
        if (report.Skipped > 0)
            parts.Add($"{report.Skipped} other files skipped");
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", parts)}, in {report.Elapsed.TotalSeconds:0.0} s");
    }

    private static SummaryJson Summary(RunReport report, ConfusionMatrix? confusion, int? trainedOn) => new(
        "summary", report.Videos.Count + report.Unfinished, Count(report, WorkStatus.Done), Count(report, WorkStatus.Rejected), Count(report, WorkStatus.Failed),
        Count(report, WorkStatus.Cancelled), report.Unfinished, report.Videos.Count(entry => entry.Cached), report.Skipped, report.Studies.Count,
        report.Elapsed.TotalSeconds, report.Home, report.Interrupted,
        confusion is null ? null : new AccuracyJson(confusion.Accuracy, confusion.Total, confusion.Counts, trainedOn), ResearchNotice.Text);

    private static int Count(RunReport report, string status) => report.Videos.Count(entry => entry.Video.Status == status);

    private static void Write(string line)
    {
        Lines.WriteLine(line);
        Lines.Flush();
    }
}
