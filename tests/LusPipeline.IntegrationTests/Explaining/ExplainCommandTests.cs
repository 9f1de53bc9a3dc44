using System.Text.Json;
using System.Text.RegularExpressions;
using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Explaining;

/// <summary><c>lus explain</c> and <c>lus run --report</c>.</summary>
public sealed partial class ExplainCommandTests : IDisposable
{
    private const string Hostile = "<img src=x onerror=alert(1)>";

    private readonly ExplainBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_study_becomes_pictures_and_one_page_that_needs_nothing_else()
    {
        await MakeAsync("p1/a.mp4", "p1/b.gif");
        await _bench.RunAsync();

        var explained = await ExplainBench.LusAsync("explain", "p1", "--home", _bench.Home, "--out", _bench["out"]);

        var folders = Directory.GetDirectories(_bench["out"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["01-a.mp4-clip-00", "02-b.gif-clip-00"], folders);
        foreach (var folder in folders)
        {
            string[] expected = ["strip.png", .. Enumerable.Range(0, 20).SelectMany(frame => new[] { $"frame-{frame:00}.png", $"regions-{frame:00}.png" })];
            Assert.Equal(expected.Order(StringComparer.Ordinal), Directory.GetFiles(_bench[$"out/{folder}"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        }
        AssertSelfContained(await File.ReadAllTextAsync(_bench["out/index.html"], TestContext.Current.CancellationToken), pictures: 2 * 20 * 2);
        Assert.Contains("Research use only", string.Join(" ", explained.Output), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_bench["out"], "*.tmp"));
    }

    [Fact]
    public async Task The_numbers_as_JSON_are_those_of_lus_show_and_add_up()
    {
        await MakeAsync("p1/a.mp4");
        await _bench.RunAsync();

        var explained = await ExplainBench.LusAsync("explain", "p1", "--home", _bench.Home, "--out", _bench["out"], "--format", "json");
        var shown = await ExplainBench.LusAsync("show", "p1", "--home", _bench.Home, "--format", "json");

        var clip = JsonDocument.Parse(Assert.Single(explained.Output)).RootElement;
        var video = JsonDocument.Parse(shown.Output[0]).RootElement;
        Assert.Equal(video.GetProperty("probabilities").ToString(), clip.GetProperty("probabilities").ToString());
        Assert.Equal(video.GetProperty("diagnosis").GetString(), clip.GetProperty("diagnosis").GetString());
        Assert.True(clip.GetProperty("framesAreThoseDiagnosed").GetBoolean());
        var frames = clip.GetProperty("frames").EnumerateArray().ToList();
        Assert.Equal([.. Enumerable.Range(0, 20).Select(frame => ((2 * frame) + 1) * 75 / 40)], frames.Select(frame => frame.GetProperty("frame").GetInt32()));
        // The tiny model takes the mean of the frames, so a clip of means has the clip's own probability.
        Assert.Equal(0, frames.Sum(frame => frame.GetProperty("integratedGradient").GetDouble()), 1e-4);
        Assert.Equal(clip.GetProperty("computed").GetProperty("covid").GetDouble(), frames[^1].GetProperty("soFar").GetProperty("covid").GetDouble(), 1e-5);
    }

    [Fact]
    public async Task What_cannot_be_explained_says_why_and_the_rest_is_explained()
    {
        await MakeAsync("p1/a.mp4", "p1/b.gif", "p2/c.gif");
        await _bench.RunAsync();
        File.Delete(Path.Combine(_bench.Videos, "p1/a.mp4"));
        Directory.Delete(Path.Combine(_bench.Videos, "p2"), recursive: true);

        var some = await LusCommand.RunAsync(["explain", "p1", "--home", _bench.Home, "--out", _bench["out"]]);
        var none = await LusCommand.RunAsync(["explain", "p2", "--home", _bench.Home, "--out", _bench["out"]]);
        var unknown = await LusCommand.RunAsync(["explain", "p1", "--video", "nothing.mp4", "--home", _bench.Home, "--out", _bench["out"]]);

        Assert.Equal((2, 1, 1), (some.ExitCode, none.ExitCode, unknown.ExitCode));
        Assert.Contains("a.mp4, clip 0: The original is gone", some.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["02-b.gif-clip-00"], Directory.GetDirectories(_bench["out"]).Select(path => Path.GetFileName(path)!));
        Assert.Contains("it has a.mp4, b.gif", unknown.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_moved_folder_and_a_model_elsewhere_are_named_on_the_command_line()
    {
        await MakeAsync("p1/a.mp4");
        await _bench.RunAsync();
        Directory.Move(_bench.Videos, _bench["moved"]);
        Directory.Move(_bench.Model, _bench["other-model"]);

        var lost = await LusCommand.RunAsync(["explain", "p1", "--home", _bench.Home, "--out", _bench["out"]]);
        await ExplainBench.LusAsync("explain", "p1", "--home", _bench.Home, "--out", _bench["out"], "--videos", _bench["moved"], "--model", _bench["other-model"]);

        Assert.Equal(1, lost.ExitCode);
        Assert.Contains("is not on this machine", lost.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_a_run_is_one_page_with_results_labels_pictures_and_the_model()
    {
        // The tiny model's probabilities are all below this threshold.
        await MakeAsync(0.9999, $"{Hostile}/a.gif", "p2/b.gif", "p2/broken.mp4");
        await File.WriteAllTextAsync(Path.Combine(_bench.Videos, "p2/broken.mp4"), "no video", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_bench["labels.csv"], "file,label\na.gif,covid\nb.gif,healthy\n", TestContext.Current.CancellationToken);
        RunFixture.Age(_bench.Videos);

        var run = await LusCommand.RunAsync(["run", _bench.Videos, "--home", _bench.Home, "--model", _bench.Model, "--labels", _bench["labels.csv"], "--report", _bench["report.html"]]);

        Assert.Equal(2, run.ExitCode);
        var html = await File.ReadAllTextAsync(_bench["report.html"], TestContext.Current.CancellationToken);
        AssertSelfContained(html, pictures: 2 * 6);
        Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;/a.gif", html, StringComparison.Ordinal);
        Assert.Contains("not_a_video", html, StringComparison.Ordinal);
        Assert.Contains("Confusion matrix", html, StringComparison.Ordinal);
        Assert.Contains("tiny 1", html, StringComparison.Ordinal);
        Assert.Contains("Research use only", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_is_refused_before_the_run()
    {
        await MakeAsync("p1/a.gif");

        var run = await LusCommand.RunAsync(["run", _bench.Videos, "--home", _bench.Home, "--model", _bench.Model, "--report", _bench["missing/report.html"]]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("There is no folder", run.ErrorText, StringComparison.Ordinal);
        var watching = await LusCommand.RunAsync(["run", _bench.Videos, "--watch", "--home", _bench.Home, "--model", _bench.Model, "--report", _bench["report.html"]]);
        Assert.Equal(1, watching.ExitCode);
        Assert.Contains("without --watch", watching.ErrorText, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench.Home));
    }

    /// <summary>No address, no script, and every picture in the page itself.</summary>
    private static void AssertSelfContained(string html, int pictures)
    {
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(href|action)=", html);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        var images = Image().Matches(html);
        Assert.Equal(pictures, images.Count);
        Assert.All(images, image => Assert.Contains("src=\"data:image/png;base64,iVBORw0KGgo", image.Value, StringComparison.Ordinal));
    }

    private Task MakeAsync(params string[] videos) => MakeAsync(0.5, videos);

    private async Task MakeAsync(double threshold, params string[] videos)
    {
        TinyBundle.Write(_bench.Model, threshold: threshold);
        foreach (var video in videos)
        {
            var path = Path.Combine(_bench.Videos, video);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await Ffmpeg.MakeAsync(path, Ffmpeg.Pattern(path.EndsWith("gif", StringComparison.Ordinal) ? 1 : 3));
        }
        RunFixture.Age(_bench.Videos);
    }

    [GeneratedRegex("<img [^>]*>")]
    private static partial Regex Image();
}
