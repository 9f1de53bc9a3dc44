using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining;
using LusPipeline.Ledger.Results;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Prints the importance of a clip's frames as a table, for people.</summary>
internal static class ExplanationTable
{
    private const int BarLength = 12;

    public static Table Create(VideoResult video, ClipExplanation explanation)
    {
        var explained = explanation.Class;
        var table = new Table().Border(TableBorder.Rounded).Title(string.Create(CultureInfo.InvariantCulture,
            $"{ResultTable.Name(video.Study)} {(video.Video == video.Study ? "" : ResultTable.Name(video.Video) + " ")}clip {explanation.ClipIndex}: {explained.Name()} {explanation.Stored[explained]:0.000}"));
        table.AddColumn(new TableColumn("frame").RightAligned());
        table.AddColumn(new TableColumn("replaced").RightAligned());
        table.AddColumn(new TableColumn("integrated").RightAligned());
        table.AddColumn("against | for");
        table.AddColumn(new TableColumn($"{explained.Name()} so far").RightAligned());
        var greatest = explanation.Replacement.Max(Math.Abs);
        for (var frame = 0; frame < explanation.Frames.Count; frame++)
        {
            table.AddRow(
                explanation.Frames.DecodedFrame(frame).ToString(CultureInfo.InvariantCulture), Signed(explanation.Replacement[frame]),
                explanation.IntegratedGradients is { } parts ? Signed(parts[frame]) : "–", Bar(explanation.Replacement[frame], greatest),
                explanation.Curve[frame][explained].ToString("0.000", CultureInfo.InvariantCulture));
        }
        return table;
    }

    private static string Bar(double value, double greatest)
    {
        var length = greatest == 0 ? 0 : (int)Math.Round(BarLength * Math.Abs(value) / greatest);
        var bar = new string('█', length);
        return value > 0 ? $"{new string(' ', BarLength)}|{bar}" : $"{bar.PadLeft(BarLength)}|";
    }

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
