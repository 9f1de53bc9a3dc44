using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Prints how many videos and patients of each class the test sides of folds have.</summary>
internal static class FoldTable
{
    public static void Write(IReadOnlyList<FoldedVideo> videos, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("fold");
        foreach (var videosColumn in DiagnosisNames.All.Select(name => $"{name} videos").Prepend("videos"))
        {
            table.AddColumn(new TableColumn(videosColumn).RightAligned());
            table.AddColumn(new TableColumn("patients").RightAligned());
        }
        foreach (var fold in CrossValidation.From([.. videos.Select(video => (new FoldVideo(video.Name, video.Row.Label), video.Fold))]).Folds)
            Add(table, ResultTable.Name(fold.Name), [.. videos.Where(video => video.Fold == fold.Name)]);
        Add(table, "all", videos);
        console.Write(table);
    }

    private static void Add(Table table, string name, IReadOnlyList<FoldedVideo> videos) =>
        table.AddRow([name, .. Counts(videos), .. Enum.GetValues<Diagnosis>().SelectMany(label => Counts([.. videos.Where(video => video.Row.Label == label)]))]);

    /// <summary>The number of videos, and of patients if each video has one.</summary>
    private static string[] Counts(IReadOnlyCollection<FoldedVideo> videos)
    {
        var patients = videos.Any(video => video.Row.Patient is null)
            ? "?"
            : videos.Select(video => video.Row.Patient).Distinct(StringComparer.Ordinal).Count().ToString(CultureInfo.InvariantCulture);
        return [videos.Count.ToString(CultureInfo.InvariantCulture), patients];
    }
}
