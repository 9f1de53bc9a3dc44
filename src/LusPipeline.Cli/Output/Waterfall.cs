using System.Globalization;
using LusPipeline.Ledger.Rows;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Prints the spans of one trace as bars on a time axis.</summary>
internal static class Waterfall
{
    private const int Cells = 48;
    private const int MostRows = 100;

    /// <param name="spans">The spans of one trace, in the order of their start.</param>
    /// <param name="videoNames">The names that are shown for video ids.</param>
    public static Table Create(IReadOnlyList<SpanRow> spans, IReadOnlyDictionary<Guid, string> videoNames)
    {
        var start = spans.Min(span => span.StartedAt);
        var total = Math.Max(1, spans.Max(span => (span.StartedAt - start).TotalMicroseconds + span.DurationMicroseconds));
        var table = new Table().Border(TableBorder.Rounded).Title($"trace {spans[0].TraceId}");
        table.AddColumn("span");
        table.AddColumn("video");
        table.AddColumn(new TableColumn("starts (ms)").RightAligned());
        table.AddColumn(new TableColumn("takes (ms)").RightAligned());
        table.AddColumn(new TableColumn($"0 … {Milliseconds(total)} ms").NoWrap());
        foreach (var span in spans.Take(MostRows))
        {
            var offset = (span.StartedAt - start).TotalMicroseconds;
            var from = (int)Math.Min(Cells - 1, offset / total * Cells);
            var width = (int)Math.Clamp(Math.Round(span.DurationMicroseconds / total * Cells), 1, Cells - from);
            table.AddRow(
                Markup.Escape(span.Name) + (span.Reason is null ? "" : $" [red]{Markup.Escape(span.Reason)}[/]"),
                span.VideoId is { } video && videoNames.TryGetValue(video, out var name) ? ResultTable.Name(name) : "",
                Milliseconds(offset), Milliseconds(span.DurationMicroseconds),
                new string(' ', from) + new string('█', width));
        }
        if (spans.Count > MostRows)
            table.Caption($"and {spans.Count - MostRows} more spans");
        return table;
    }

    private static string Milliseconds(double microseconds) => (microseconds / 1000).ToString("0.0", CultureInfo.InvariantCulture);
}
