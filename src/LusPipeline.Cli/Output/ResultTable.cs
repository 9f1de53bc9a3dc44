using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Prints results as a table, for people. Names come from outside, so they are escaped.</summary>
internal static class ResultTable
{
    public static Table Videos(IEnumerable<VideoResult> videos)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in new[] { "study", "video" })
            table.AddColumn(new TableColumn(heading));
        table.AddColumn(new TableColumn("clips").RightAligned());
        table.AddColumn(new TableColumn("diagnosis"));
        foreach (var heading in new[] { "covid", "pneumonia", "healthy", "spread", "seconds" })
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        table.AddColumn(new TableColumn("warnings"));
        foreach (var video in videos)
        {
            table.AddRow(
                Name(video.Study), video.Video == video.Study ? "" : Name(video.Video),
                video.Result is null ? "" : video.Clips.Count.ToString(CultureInfo.InvariantCulture),
                Diagnosis(video.Result, video.Status, video.Reason),
                Share(video.Result?.Probabilities.Covid), Share(video.Result?.Probabilities.Pneumonia), Share(video.Result?.Probabilities.Healthy),
                Share(video.Result?.Spread), video.Seconds?.ToString("0.0", CultureInfo.InvariantCulture) ?? "",
                Name(string.Join(", ", Remarks(video))));
        }
        return table;
    }

    public static Table Studies(IEnumerable<StudyResult> studies)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("study");
        table.AddColumn("diagnosis");
        foreach (var heading in new[] { "covid", "pneumonia", "healthy", "spread", "videos", "rejected", "revision" })
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        table.AddColumn("first seen (UTC)");
        foreach (var study in studies)
        {
            table.AddRow(
                Name(study.Study), Diagnosis(study.Result, study.Status, null),
                Share(study.Result?.Probabilities.Covid), Share(study.Result?.Probabilities.Pneumonia), Share(study.Result?.Probabilities.Healthy),
                Share(study.Result?.Spread), study.Videos.Count.ToString(CultureInfo.InvariantCulture),
                study.Count(Core.Outcomes.WorkStatus.Rejected).ToString(CultureInfo.InvariantCulture),
                study.Revision.ToString(CultureInfo.InvariantCulture), study.FirstSeenAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        }
        return table;
    }

    /// <summary>Makes a name safe for a terminal: markup and control characters have no effect.</summary>
    public static string Name(string name) => Markup.Escape(Printable(name));

    public static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));

    public static string Diagnosis(Result? result, string status, string? reason) => result is { } known
        ? $"[{Colour(known)}]{known.Diagnosis.Name()}[/]{(known.Uncertain ? " [dim](uncertain)[/]" : "")}"
        : $"[{(status == Core.Outcomes.WorkStatus.Failed ? "red" : "dim")}]{status}{(reason is null ? "" : $": {reason}")}[/]";

    private static string Colour(Result result) => result.Diagnosis switch
    {
        Core.Probabilities.Diagnosis.Covid => "yellow",
        Core.Probabilities.Diagnosis.Pneumonia => "orange1",
        _ => "green",
    };

    private static IEnumerable<string> Remarks(VideoResult video)
    {
        if (video.Detail is not null)
            yield return video.Detail;
        foreach (var warning in video.Warnings)
            yield return warning;
    }

    private static string Share(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";
}
