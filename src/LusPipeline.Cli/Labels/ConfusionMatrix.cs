using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;
using Spectre.Console;

namespace LusPipeline.Cli.Labels;

/// <summary>Counts labelled videos by label (rows) and prediction (columns), in the order of <see cref="Diagnosis"/>.</summary>
internal sealed class ConfusionMatrix
{
    public int[][] Counts { get; } = [new int[3], new int[3], new int[3]];

    public int Total => Counts.Sum(row => row.Sum());

    /// <summary>The fraction of labelled videos whose prediction equals their label, in [0, 1]; 0 if there are none.</summary>
    public double Accuracy => Total == 0 ? 0 : Enumerable.Range(0, 3).Sum(i => Counts[i][i]) / (double)Total;

    public static ConfusionMatrix Count(IEnumerable<VideoResult> videos, VideoLabels labels)
    {
        var matrix = new ConfusionMatrix();
        foreach (var video in videos)
        {
            if (video.Result is { } result && labels.Find(video) is { } label)
                matrix.Counts[(int)label][(int)result.Diagnosis]++;
        }
        return matrix;
    }

    public void WriteTo(IAnsiConsole console)
    {
        if (Total == 0)
        {
            console.MarkupLine("[yellow]No finished video has a label.[/]");
            return;
        }
        var table = new Table().Border(TableBorder.Rounded).Title($"{Total} labelled videos, accuracy {Accuracy.ToString("0.000", CultureInfo.InvariantCulture)}");
        table.AddColumn("label \\ predicted");
        foreach (var name in DiagnosisNames.All)
            table.AddColumn(new TableColumn(name).RightAligned());
        for (var label = 0; label < 3; label++)
            table.AddRow([DiagnosisNames.All[label], .. Counts[label].Select(count => count.ToString(CultureInfo.InvariantCulture))]);
        console.Write(table);
    }
}
