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

    private async Task<List<string>> ProbabilitiesAsync(string bundle)
    {
        var run = await LusProcess.RunAsync(["run", fixture.Videos, "--model", _folder[bundle], "--home", _folder[$"{bundle}.home"], "--json"]);
        Assert.True(run.ExitCode is 0 or 2, run.ToString());
        return [.. run.Videos.Where(video => video.TryGetProperty("probabilities", out _)).Select(video => $"{video.GetProperty("video")} {video.GetProperty("probabilities")}").Order()];
    }
}
