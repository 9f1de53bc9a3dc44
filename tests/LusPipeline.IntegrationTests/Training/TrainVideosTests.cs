using System.Text.Json;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Training;

/// <summary><c>lus train VIDEOS</c>: from labelled videos to a bundle in one go.</summary>
public sealed class TrainVideosTests : IClassFixture<RunFixture>, IDisposable
{
    private readonly RunFixture _fixture;
    private readonly TemporaryFolder _folder = new();

    public TrainVideosTests(RunFixture fixture)
    {
        _fixture = fixture;
        string[] labels = ["cov", "pne", "reg"];
        var videos = Directory.EnumerateFiles(fixture.Videos, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(fixture.Videos, file)).Order(StringComparer.Ordinal);
        File.WriteAllLines(_folder["labels.csv"], ["file,label,patient", .. videos.Select((video, i) => $"{video},{labels[i % labels.Length]},p{i}")]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bundle_a_report_and_nothing_else_is_left_and_the_bundle_runs()
    {
        var trained = await LusProcess.RunAsync([.. Train(), "--epochs", "3", "--vary", "1"]);

        Assert.True(trained.ExitCode == 0, trained.ToString());
        Assert.Contains(trained.Output, line => line.Contains("a head trained on 12 clips", StringComparison.Ordinal));
        Assert.Contains(trained.Output, line => line.Contains("mean of 2 folds of 6 videos", StringComparison.Ordinal));
        Assert.Contains(trained.Output, line => line.Contains("not a medical device", StringComparison.Ordinal));
        Assert.Equal(["labels.csv", "out", "out.html"], Entries());
        Assert.Contains("not a medical device", await File.ReadAllTextAsync(_folder["out.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var training = Bundle.Load(_folder["out"]).Manifest.Training!;
        Assert.Equal((12, 6, "varied-1"), (training.Clips, training.Videos.Count, Assert.Single(training.Further)));
        var run = await LusProcess.RunAsync(["run", _fixture.Videos, "--model", _folder["out"], "--home", _folder["home"], "--labels", _folder["labels.csv"], "--json"]);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(6, run.Videos.Count);
        Assert.Equal(6, run.Summary.GetProperty("labels").GetProperty("trainedOn").GetInt32());
        var results = await LusProcess.RunAsync(["results", "--home", _folder["home"], "--labels", _folder["labels.csv"]]);
        Assert.Contains("The model was trained on 6 of these 6 videos: the accuracy says nothing about new patients.", results.Output);
    }

    [Fact]
    public async Task A_training_that_is_killed_goes_on_with_its_features()
    {
        var whole = await LusProcess.RunAsync([.. Train("whole"), "--epochs", "200", "--json"]);
        Assert.True(whole.ExitCode == 0, whole.ToString());
        await using (var lus = LusProcess.Start([.. Train(), "--epochs", "200", "--json"], isNew: true))
        {
            while (!File.Exists(_folder["out.train/features.sha256"]) && !lus.HasExited)
                await Task.Delay(20, TestContext.Current.CancellationToken);
            lus.SendKillIfRunning();
            await lus.EndAsync(TimeSpan.FromMinutes(1));
        }
        Assert.False(Directory.Exists(_folder["out"]));

        var second = await LusProcess.RunAsync([.. Train(), "--epochs", "200", "--json"]);

        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.DoesNotContain(second.Errors, line => line.Contains("features:", StringComparison.Ordinal));
        Assert.Equal(Metrics(whole), Metrics(second));
        Assert.Equal(
            await File.ReadAllBytesAsync(_folder["whole/head.onnx"], TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(_folder["out/head.onnx"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_videos_or_a_place_for_the_bundle_it_says_what_to_give()
    {
        var nothing = await LusProcess.RunAsync(["train"]);
        var nowhere = await LusProcess.RunAsync(["train", _fixture.Videos]);

        Assert.All([nothing, nowhere], result => Assert.Equal(1, result.ExitCode));
        Assert.Contains("give videos and --out BUNDLE", Assert.Single(nowhere.Errors), StringComparison.Ordinal);
    }

    private string[] Train(string to = "out") =>
    [
        "train", _fixture.Videos, "--labels", _folder["labels.csv"], "--model", _fixture.Model, "--out", _folder[to], "--folds", "2", "--inner-folds", "0",
        // The videos are test patterns, which are alike.
        "--allow-leak", "--units", "4", "--dense", "4",
    ];

    private static string Metrics(LusResult result) => JsonDocument.Parse(Assert.Single(result.Output)).RootElement.GetProperty("metrics").ToString();

    private IEnumerable<string?> Entries() => Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
