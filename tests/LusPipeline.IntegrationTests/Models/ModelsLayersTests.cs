using LusPipeline.Buckets.FeatureSets;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Layers;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Models;

public sealed class ModelsLayersTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bundle_gets_a_layer_and_a_slim_one_stops_there_with_equal_predictions()
    {
        TinyBundle.Write(_folder["old"], deep: true);

        var added = await LusProcess.RunAsync(["models", "layers", _folder["old"], "--add", "relu", "--out", _folder["layered"]]);
        Assert.True(added.ExitCode == 0 && added.Errors.Count == 0, added.ToString());
        Assert.Contains("flat (8), relu (8)", added.Output[0], StringComparison.Ordinal);
        var layered = Bundle.Load(_folder["layered"]);
        Assert.True(layered.IsChecked);
        WriteWithHeadOnRelu(layered, _folder["full"]);

        var slim = await LusProcess.RunAsync(["models", "slim", _folder["full"], "--out", _folder["slim"]]);
        Assert.True(slim.ExitCode == 0 && slim.Errors.Count == 0, slim.ToString());
        Assert.Equal(TinyBundle.Features, Bundle.Load(_folder["slim"]).Features);
        Assert.Equal(await ProbabilitiesAsync("full"), await ProbabilitiesAsync("slim"));

        var none = await LusProcess.RunAsync(["models", "slim", _folder["slim"], "--out", _folder["slimmer"]]);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("reads all its features", Assert.Single(none.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["slimmer"]));
    }

    [Fact]
    public async Task A_head_that_is_trained_on_a_layer_makes_a_slim_bundle_with_equal_predictions()
    {
        LayeredBundle.Append(TinyBundle.Write(_folder["old"], deep: true), ["relu"], _folder["layered"]);
        var labels = await WriteLabelsAsync();
        var set = await LusProcess.RunAsync(["features", fixture.Videos, "--labels", labels, "--model", _folder["layered"], "--out", _folder["set"]]);
        Assert.True(set.ExitCode is 0 or 2, set.ToString());

        var fit = await LusProcess.RunAsync(
        [
            "train", "fit", "--features", _folder["set"], "--labels", labels, "--model", _folder["layered"], "--columns", "relu", "--inner-folds", "0",
            "--units", "4", "--epochs", "2", "--out", _folder["full"],
        ]);
        var slim = await LusProcess.RunAsync(["models", "slim", _folder["full"], "--out", _folder["slim"]]);

        Assert.True(fit.ExitCode == 0, fit.ToString());
        Assert.True(slim.ExitCode == 0, slim.ToString());
        Assert.Equal([new("relu", TinyBundle.Features)], Bundle.Load(_folder["slim"]).Manifest.Layers);
        Assert.Equal(await ProbabilitiesAsync("full"), await ProbabilitiesAsync("slim"));
    }

    [Fact]
    public async Task A_feature_set_of_one_layer()
    {
        LayeredBundle.Append(TinyBundle.Write(_folder["old"], deep: true), ["planes"], _folder["layered"]);
        var labels = await WriteLabelsAsync();

        var made = await LusProcess.RunAsync(
            ["features", fixture.Videos, "--labels", labels, "--model", _folder["layered"], "--layers", "planes", "--out", _folder["set"]]);
        var wrong = await LusProcess.RunAsync(
            ["features", fixture.Videos, "--labels", labels, "--model", _folder["layered"], "--layers", "planes,relu", "--out", _folder["none"]]);

        Assert.True(made.ExitCode is 0 or 2, made.ToString());
        Assert.Equal(3, FeatureSet.Read(_folder["set"]).FeatureLength);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("gives no layer 'relu'; it has 'flat', 'planes'", wrong.Errors[^1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["none"]));
    }

    [Fact]
    public async Task A_fast_run_predicts_the_same_and_keeps_the_slim_bundle()
    {
        WriteWithHeadOnRelu(LayeredBundle.Append(TinyBundle.Write(_folder["old"], deep: true), ["relu"], _folder["layered"]), _folder["full"]);
        var full = Bundle.Load(_folder["full"]);

        var expected = await ProbabilitiesAsync("full");
        Assert.Equal(expected, await ProbabilitiesAsync("full", "fast", "--fast"));

        var kept = Assert.Single(Directory.GetDirectories(_folder["fast.home/fast"]));
        Assert.Equal(full.Id, Path.GetFileName(kept));
        var slim = Bundle.Load(kept);
        Assert.Equal((TinyBundle.Features, true), (slim.Features, slim.IsChecked));
        var made = Directory.GetLastWriteTimeUtc(kept);
        var again = await RunAsync("full", "fast", "--fast");
        Assert.All(again.Videos, video => Assert.StartsWith($"tiny@1+{slim.Id[..12]}", video.GetProperty("model").GetString(), StringComparison.Ordinal));
        Assert.Equal(again.Videos.Count, again.Summary.GetProperty("cached").GetInt32());
        Assert.Equal(made, Directory.GetLastWriteTimeUtc(kept));

        // A damaged one is made again, and what belongs to no bundle of the run goes.
        await File.WriteAllTextAsync(slim.PathOf(slim.Head), "no model", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_folder["fast.home/fast/earlier.tmp"]);
        Assert.Equal(expected, await ProbabilitiesAsync("full", "fast", "--fast", "--force"));
        Assert.Equal(slim.Id, Bundle.Load(Assert.Single(Directory.GetDirectories(_folder["fast.home/fast"]))).Id);
    }

    [Fact]
    public async Task A_fast_run_of_a_head_that_reads_everything_takes_the_bundle_as_it_is()
    {
        TinyBundle.Write(_folder["old"]);

        Assert.Equal(await ProbabilitiesAsync("old"), await ProbabilitiesAsync("old", "fast", "--fast"));
        Assert.False(Directory.Exists(_folder["fast.home/fast"]));
    }

    [Fact]
    public async Task A_further_head_is_added_and_chosen_by_its_name()
    {
        var own = TinyBundle.Write(_folder["own"]);
        BundleWriter.Write(_folder["other"], BundleContents.Of(own) with { Head = TinyBundle.WriteHead(_folder["other.onnx"], seed: 7) });

        var added = await LusProcess.RunAsync(["models", "heads", _folder["own"], "--add", "second", "--from", _folder["other"], "--out", _folder["both"]]);
        Assert.True(added.ExitCode == 0, added.ToString());
        Assert.Equal(own.Id, Bundle.Load(_folder["both"]).Id);
        var verified = await LusProcess.RunAsync(["models", "verify", _folder["both:second"], "--mark"]);
        Assert.True(verified.ExitCode == 0, verified.ToString());
        Assert.True(Bundle.Load(_folder["both:second"]).IsChecked);

        var expected = await ProbabilitiesAsync("other");
        Assert.NotEqual(expected, await ProbabilitiesAsync("own"));
        Assert.Equal(expected, await ProbabilitiesAsync("both:second", "second"));
        var unknown = await LusProcess.RunAsync(["run", fixture.Videos, "--model", _folder["both:third"], "--home", _folder["third"]]);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("has no further head 'third'; it has second", unknown.Errors[^1], StringComparison.Ordinal);
    }

    private async Task<string> WriteLabelsAsync()
    {
        string[] names = ["cov", "pne", "reg"];
        var videos = Directory.EnumerateFiles(fixture.Videos, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(fixture.Videos, file)).Order(StringComparer.Ordinal);
        await File.WriteAllLinesAsync(
            _folder["labels.csv"], ["file,label,patient", .. videos.Select((video, i) => $"{video},{names[i % names.Length]},{i}")], TestContext.Current.CancellationToken);
        return _folder["labels.csv"];
    }

    private void WriteWithHeadOnRelu(Bundle layered, string folder)
    {
        var head = TinyBundle.WriteHead(_folder["head.onnx"]);
        HeadColumns.Move(head, TinyBundle.Features, 2 * TinyBundle.Features, column => TinyBundle.Features + column, _folder["moved.onnx"]);
        BundleWriter.Write(folder, BundleContents.Of(layered) with { Head = _folder["moved.onnx"] });
    }

    private async Task<List<string>> ProbabilitiesAsync(string bundle, string? home = null, params string[] more)
    {
        var run = await RunAsync(bundle, home ?? bundle, more);
        return [.. run.Videos.Where(video => video.TryGetProperty("probabilities", out _)).Select(video => $"{video.GetProperty("video")} {video.GetProperty("probabilities")}").Order()];
    }

    private async Task<LusResult> RunAsync(string bundle, string home, params string[] more)
    {
        var run = await LusProcess.RunAsync(["run", fixture.Videos, "--model", _folder[bundle], "--home", _folder[$"{home}.home"], "--json", .. more]);
        Assert.True(run.ExitCode is 0 or 2, run.ToString());
        return run;
    }
}
