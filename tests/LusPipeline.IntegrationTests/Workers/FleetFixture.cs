using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Small videos of four studies, a tiny bundle, and what <c>lus run</c> makes of them: what workers have to make of them too.</summary>
public sealed class FleetFixture : IAsyncLifetime
{
    /// <summary>Several clips a video, so that there is something to disturb.</summary>
    public static readonly IReadOnlyList<string> Plan = ["--clips", "windows", "--window", "0.4", "--stride", "0.2"];

    /// <summary>The same for workers.</summary>
    public static readonly IReadOnlyDictionary<string, string?> PlanSettings = new Dictionary<string, string?>
    {
        ["LUS__Clips__Plan"] = "windows",
        ["LUS__Clips__Window"] = "0.4s",
        ["LUS__Clips__Stride"] = "0.2s",
    };

    private readonly TemporaryFolder _folder = new();

    public string Model => _folder["model"];

    /// <summary>Another bundle, of other weights.</summary>
    public string OtherModel => _folder["other"];

    public string Videos => _folder["videos"];

    public int VideoCount { get; private set; }

    /// <summary>A line a video, of the undisturbed <c>lus run</c>.</summary>
    public IReadOnlyList<string> Results { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        TinyBundle.Write(Model);
        TinyBundle.Write(OtherModel, seed: 7, name: "other");
        foreach (var study in new[] { "p1", "p2", "p3", "p4" })
        {
            foreach (var (name, seconds) in new[] { ("a.mp4", 1.2), ("b.avi", 1.6), ("deep/c.gif", 0.8) })
            {
                var path = Path.Combine(Videos, study, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await Ffmpeg.MakeAsync(path, Ffmpeg.Pattern(seconds + (study[1] - '0') / 10.0, "96x64"));
            }
        }
        await File.WriteAllTextAsync(Path.Combine(Videos, "p2", "no-video.mp4"), "This is a text.", TestContext.Current.CancellationToken);
        RunFixture.Age(Videos);
        VideoCount = Directory.EnumerateFiles(Videos, "*", SearchOption.AllDirectories).Count();
        var run = await LusProcess.RunAsync(
            ["run", Videos, "--home", _folder["home"], "--model", Model, "--json", .. Plan], patience: TimeSpan.FromMinutes(10));
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(VideoCount, run.Videos.Count);
        Results = run.Results;
    }

    /// <summary>Puts all videos into a fleet's bucket and starts workers.</summary>
    internal async Task StartAsync(Fleet fleet, params string[] stages)
    {
        await fleet.UploadAsync(Videos);
        foreach (var stage in stages)
            fleet.Start(stage);
    }

    /// <summary>Waits until all is done, and compares with the undisturbed run.</summary>
    internal async Task AssertUndisturbedAsync(Fleet fleet)
    {
        await fleet.FinishedAsync(VideoCount);
        Assert.Equal(Results, await fleet.ResultsAsync());
        await fleet.AssertTidyAsync();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
