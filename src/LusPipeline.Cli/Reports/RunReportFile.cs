using LusPipeline.Cli.Explaining;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Explaining;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Databases;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Reports;

/// <summary><c>lus run --report FILE</c>: explains the uncertain videos and writes the report.</summary>
internal static class RunReportFile
{
    public static async Task WriteAsync(string path, RunRequest request, RunReport report, VideoLabels? labels, CancellationToken cancellation)
    {
        var page = new RunHtmlReport(report, labels, Bundle.Load(request.Model), TimeProvider.System);
        var open = await SqliteLedger.OpenToReadAsync(HomeFolder.LedgerFileIn(report.Home), cancellation);
        using var explainer = OpenedExplainer.OfHome(report.Home, open, [.. request.Paths.Where(Path.Exists)], request.Model, FrameMask.None, request.Limits);
        var chosen = page.Uncertain.Take(RunHtmlReport.MostExplained).ToList();
        var explained = new Dictionary<Guid, (ClipExplanation? Explanation, string Why)>();
        var display = new CountDisplay((done, all) => $"{done}/{all} uncertain videos explained", Terminal.Error, TimeProvider.System);
        foreach (var video in chosen)
        {
            display.Show(explained.Count, chosen.Count);
            try
            {
                explained[video.VideoId] = (await explainer.Clips.ExplainAsync(video.VideoId, RunHtmlReport.ShownClip(video), cancellation), "");
            }
            catch (NotExplainableException why)
            {
                explained[video.VideoId] = (null, why.Message);
            }
        }
        if (chosen.Count > 0)
            display.Show(chosen.Count, chosen.Count);
        page.Write(path, explained);
        await Console.Error.WriteLineAsync($"Report: {Path.GetFullPath(path)}");
    }
}
