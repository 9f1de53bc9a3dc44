using System.Text;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining;
using LusPipeline.Explaining.Reports;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Results;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Reports;
using static LusPipeline.Training.Reports.FigureText;

namespace LusPipeline.Cli.Reports;

/// <summary>A run of <c>lus run</c> as one HTML file, which needs no other file, no network and no script.</summary>
/// <param name="report">The state of all videos at the end of the run.</param>
/// <param name="labels">The true classes; null if they are not known.</param>
/// <param name="model">The model of the run.</param>
/// <param name="clock">Says when the report is made.</param>
internal sealed class RunHtmlReport(RunReport report, VideoLabels? labels, Bundle model, TimeProvider clock) : HtmlPage
{
    /// <summary>Videos whose frames and regions are shown, at most.</summary>
    public const int MostExplained = 12;

    private const int Stills = 6;
    private const int LongestSide = 160;

    private const string Style = """
        .row { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: .5rem; margin: .5rem 0; }
        .row img { width: 100%; height: auto; display: block; }
        pre { white-space: pre-wrap; background: var(--panel); padding: 1rem; }
        """;

    private readonly List<VideoResult> _videos =
        [.. report.Videos.Select(entry => entry.Video).OrderBy(video => video.Study, StringComparer.Ordinal).ThenBy(video => video.Video, StringComparer.Ordinal)];

    /// <summary>The uncertain videos, the least certain first.</summary>
    public IReadOnlyList<VideoResult> Uncertain =>
        [.. _videos.Where(video => video.Result is { Uncertain: true }).OrderBy(video => video.Result!.Value.Probabilities[video.Result.Value.Diagnosis])];

    /// <summary>The clip of a video that is shown: the one of which the model is least sure.</summary>
    public static int ShownClip(VideoResult video) => Enumerable.Range(0, video.Clips.Count).MinBy(clip => video.Clips[clip][video.Clips[clip].Winner]);

    /// <summary>Writes the page, or replaces it.</summary>
    /// <param name="explained">For uncertain videos their explanation, or the sentences that say why there is none.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path, IReadOnlyDictionary<Guid, (ClipExplanation? Explanation, string Why)> explained)
    {
        Head("Report of lus run", Style, pictures: true);
        Append($"""
            <header>
            <h1>Report of lus run</h1>
            <p>{_videos.Count} videos of {report.Studies.Count} studies: {Count(WorkStatus.Done)} done, {Count(WorkStatus.Rejected)} rejected, {Count(WorkStatus.Failed)} failed; {Uncertain.Count} uncertain. {clock.GetUtcNow():yyyy-MM-dd HH:mm} UTC.</p>
            <p class="notice">{Text(ResearchNotice.Text)}</p>
            </header>
            <main>

            """);
        Labelled();
        UncertainVideos(explained);
        Studies();
        Videos();
        Model();
        var html = Encoding.UTF8.GetBytes(Finish());
        WholeFile.Replace(path, stream => stream.Write(html));
    }

    private void Labelled()
    {
        if (labels is null)
            return;
        var predictions = _videos.Where(video => video.Result is not null && labels.Find(video) is not null)
            .Select(video => new Prediction(video.Video, video.Study, "", labels.Find(video)!.Value, video.Result!.Value.Probabilities)).ToList();
        if (predictions.Count == 0)
        {
            Append($"<p class=\"warnings\">No finished video has a label.</p>\n");
            return;
        }
        var right = predictions.Count(prediction => prediction.IsRight);
        var trainedOn = TrainedOnVideos.Count(_videos, labels, report.Training);
        Append($"<section>\n<h2>Labelled videos: {right} of {predictions.Count} right, accuracy {Number((double)right / predictions.Count)}</h2>\n");
        Append($"<p class=\"remark\">{Text(TrainedOnVideos.Text(trainedOn, predictions.Count))}</p>\n<figure class=\"pictures\">");
        AppendRaw(Charts.Confusion(new Confusion(predictions)));
        Append($"</figure>\n</section>\n");
    }

    private void UncertainVideos(IReadOnlyDictionary<Guid, (ClipExplanation? Explanation, string Why)> explained)
    {
        if (Uncertain.Count == 0)
            return;
        Append($"""
            <section>
            <h2>Uncertain videos</h2>
            <p class="remark">Their highest probability is below the model's threshold, {Threshold(model.Threshold)}. Each line shows frames of the least certain clip, with the regions
            (Grad-CAM) that raise the score of its class, from dark red to yellow, each frame on its own scale. They show what the model looked at; they are no findings. lus explain shows every frame.</p>

            """);
        foreach (var video in Uncertain.Where(video => explained.ContainsKey(video.VideoId)))
        {
            var (explanation, why) = explained[video.VideoId];
            var result = video.Result!.Value;
            Append($"<h3>{Name(video)}: {result.Diagnosis.Name()} {Number(result.Probabilities[result.Diagnosis])}</h3>\n");
            AppendRaw(Charts.Probabilities(result.Probabilities));
            if (explanation is null)
            {
                Append($"<p class=\"warnings\">{Text(why)}</p>\n");
                continue;
            }
            Append($"<div class=\"row\">");
            for (var still = 0; still < Stills; still++)
            {
                var frame = ((2 * still) + 1) * explanation.Frames.Count / (2 * Stills);
                var png = Convert.ToBase64String(FilmStrip.StillPng(explanation, frame, LongestSide));
                Append($"<figure><img alt=\"frame {explanation.Frames.DecodedFrame(frame)} with its regions\" src=\"data:image/png;base64,{png}\"/><figcaption>frame {explanation.Frames.DecodedFrame(frame)}</figcaption></figure>");
            }
            Append($"</div>\n");
            foreach (var remark in explanation.Remarks)
                Append($"<p class=\"remark\">{Text(remark)}</p>\n");
        }
        if (Uncertain.Count > explained.Count)
            Append($"<p class=\"remark\">{Uncertain.Count - explained.Count} further uncertain videos are without pictures here.</p>\n");
        Append($"</section>\n");
    }

    private void Studies()
    {
        Begin("Studies", "study", "diagnosis", "probabilities", "covid", "pneumonia", "healthy", "spread", "videos");
        foreach (var study in report.Studies)
        {
            Row([Text(study.Study), .. Result(study.Result, study.Status, null), $"{study.Videos.Count}"]);
        }
        End();
    }

    private void Videos()
    {
        Begin("Videos", ["video", "diagnosis", "probabilities", "covid", "pneumonia", "healthy", "spread", "clips", "remarks", .. labels is null ? Array.Empty<string>() : ["label"]]);
        foreach (var video in _videos)
        {
            string[] label = labels is null ? [] : [labels.Find(video) is { } known ? Label(known, video.Result) : ""];
            Row([
                Name(video), .. Result(video.Result, video.Status, video.Reason), video.Result is null ? "" : $"{video.Clips.Count}",
                Text(string.Join(", ", video.Warnings.Prepend(video.Detail).Where(remark => !string.IsNullOrEmpty(remark)))), .. label]);
        }
        End();
    }

    private void Model()
    {
        var manifest = model.Manifest;
        Begin("Model", "property", "value");
        Row("name", Text($"{model.Name} {model.Version}"));
        Row("id", $"<code>{model.Id}</code>");
        Row("variant", Text(string.Join(", ", _videos.Select(video => video.Variant).Distinct().Order(StringComparer.Ordinal))));
        Row("uncertain below", Threshold(model.Threshold));
        if (manifest.Description is { } description)
            Row("description", Text(description));
        foreach (var metric in manifest.Metrics)
            Row(Text(metric.Name), $"{Number(metric.Value)} <small>{Text(metric.How)}</small>");
        foreach (var licence in manifest.Licences)
            Row("licence", $"{Text(licence.Name)} <small>{Text(licence.Covers)}</small>");
        End();
        if (model.ReadCard() is { } card)
            Append($"<details><summary><h2>Model card</h2></summary>\n<pre>{Text(card, Bundle.MostCardBytes)}</pre>\n</details>\n");
    }

    private static string[] Result(Result? result, string status, string? reason) => result is { } known
        ?
        [
            known.Uncertain ? $"{known.Diagnosis.Name()} <small>uncertain</small>" : known.Diagnosis.Name(), Charts.Probabilities(known.Probabilities),
            Number(known.Probabilities.Covid), Number(known.Probabilities.Pneumonia), Number(known.Probabilities.Healthy), Number(known.Spread),
        ]
        : [Text(reason is null ? status : $"{status}: {reason}"), "", "", "", "", ""];

    private static string Label(Diagnosis label, Result? result) =>
        result is { } known && known.Diagnosis != label ? $"<strong class=\"wrong\">{label.Name()} ✗</strong>" : label.Name();

    private static string Name(VideoResult video) => Text(video.Study == video.Video ? video.Video : $"{video.Study}/{video.Video}");

    private int Count(string status) => _videos.Count(video => video.Status == status);
}
