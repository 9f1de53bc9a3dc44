using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Offline;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Prints the comparison of two bundles as tables, for people.</summary>
internal static class ComparisonTable
{
    public static void Write(ComparisonReport report, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("video", Name(report.A), Name(report.B), "agree", "difference", "cosine");
        foreach (var video in report.Videos)
            Add(table, video.Key, Side(video.A), Side(video.B), video.Agree switch { true => "yes", false => "no", null => "" }, Number(video.Difference), Number(video.Cosine));
        foreach (var (key, rejection) in report.Rejected)
            Add(table, key, rejection.Reason, "", "", "", "");
        console.Write(table);
        var output = console.Profile.Out.Writer;
        if (report.Diagnosed > 0)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"same diagnosis for {report.Agreeing} of {report.Diagnosed} videos; probabilities differ by {Number(report.Difference)} on average"));
        }
        if (report.Cosine is { } cosine)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cosine of the features {cosine:0.000000} on average"));
        foreach (var bundle in new[] { report.A, report.B })
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name(bundle)}: {bundle.FramesPerSecond:0.0} frames/s"));
    }

    private static void Add(Table table, params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);

    private static string Name(ComparedBundle bundle) => $"{bundle.Name} {bundle.Version} {bundle.Variant}";

    private static string Side(ClassProbabilities? probabilities) => probabilities is { } p
        ? string.Create(CultureInfo.InvariantCulture, $"{p.Winner.Name()} {p.Covid:0.000} {p.Pneumonia:0.000} {p.Healthy:0.000}")
        : "";

    private static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
}
