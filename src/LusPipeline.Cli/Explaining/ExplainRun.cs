using System.Globalization;
using System.Text.Json;
using LusPipeline.Cli.Output;
using LusPipeline.Core.Outcomes;
using LusPipeline.Explaining;
using LusPipeline.Explaining.Reports;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Explaining;

/// <summary>Explains clips one after another, writes their pictures and the page, and prints what was found.</summary>
/// <param name="folder">The absolute folder of the pictures and the page.</param>
/// <param name="pageName">The page's file name.</param>
/// <param name="json">Whether to print a JSON object for each clip instead of tables.</param>
internal sealed class ExplainRun(ClipExplainer explainer, string folder, string pageName, bool json)
{
    /// <param name="videos">Videos of one study.</param>
    /// <param name="clip">One clip of each, from 0; null for all.</param>
    /// <param name="limit">The most clips.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<VideoResult> videos, int? clip, int limit, CancellationToken cancellation)
    {
        var all = videos.SelectMany(video => ClipsOf(video, clip).Select(index => (Video: video, Clip: index))).ToList();
        var chosen = all.Take(limit).ToList();
        Directory.CreateDirectory(folder);
        var page = new ExplanationPage(videos[0].Study, ResearchNotice.Text);
        var display = new CountDisplay((done, count) => $"{done}/{count} clips explained", Terminal.Error, TimeProvider.System);
        var explained = 0;
        for (var i = 0; i < chosen.Count; i++)
        {
            display.Show(i, chosen.Count);
            explained += await ExplainAsync(chosen[i].Video, chosen[i].Clip, PlaceOf(videos, chosen[i].Video, chosen[i].Clip), page, cancellation) ? 1 : 0;
        }
        display.Show(chosen.Count, chosen.Count);
        var path = Path.Combine(folder, pageName);
        page.Write(path);
        if (!json)
        {
            await Console.Out.WriteLineAsync($"Pictures and page: {path}");
            if (all.Count > chosen.Count)
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{all.Count - chosen.Count} further clips were left out (--limit, --video, --clip)."));
            await Console.Out.WriteLineAsync(ResearchNotice.Text);
        }
        return explained == chosen.Count ? ExitCode.Done : explained > 0 ? ExitCode.Incomplete : ExitCode.Error;
    }

    private async Task<bool> ExplainAsync(VideoResult video, int clip, string place, ExplanationPage page, CancellationToken cancellation)
    {
        ClipExplanation explanation;
        try
        {
            explanation = await explainer.ExplainAsync(video.VideoId, clip, cancellation);
        }
        catch (NotExplainableException why)
        {
            page.AddMissing(video.Video, clip, why.Message);
            if (json)
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new UnexplainedJson("unexplained", video.Study, video.Video, clip, why.Message), CliJson.Lines.UnexplainedJson));
            await Console.Error.WriteLineAsync($"lus: {ResultTable.Printable(video.Video)}, clip {clip}: {why.Message}");
            return false;
        }
        var pictures = Path.Combine(folder, place);
        ExplanationFolder.Write(pictures, explanation);
        page.Add(video.Video, video.Model, explanation);
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(ExplanationJson.From(video, explanation, pictures), CliJson.Lines.ExplanationJson));
            return true;
        }
        Terminal.Output.Write(ExplanationTable.Create(video, explanation));
        foreach (var remark in explanation.Remarks)
            await Console.Out.WriteLineAsync(remark);
        return true;
    }

    /// <summary>A video without a result has one clip here, so that its reason is told.</summary>
    private static IEnumerable<int> ClipsOf(VideoResult video, int? clip) =>
        clip is { } one ? [one] : Enumerable.Range(0, video.Status == WorkStatus.Done ? video.Clips.Count : 1);

    /// <summary>The name of a clip's folder: the video's number in the study, what of its name every file system knows, and the clip.</summary>
    private static string PlaceOf(IReadOnlyList<VideoResult> videos, VideoResult video, int clip)
    {
        var number = videos.TakeWhile(one => one != video).Count() + 1;
        var name = string.Concat(video.Video.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        return string.Create(CultureInfo.InvariantCulture, $"{number:00}-{name}-clip-{clip:00}");
    }
}
