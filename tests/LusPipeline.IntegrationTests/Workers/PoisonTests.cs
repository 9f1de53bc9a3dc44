using System.Runtime.InteropServices;
using System.Text.Json;
using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>A clip that ends the worker that computes its features, each time.</summary>
public sealed class PoisonTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    /// <param name="exitCode">128 and the number of SIGFPE where it kills the process.</param>
    [Theory]
    [InlineData(WhiteFrame.KillsTheProcess, 136)]
    [InlineData(WhiteFrame.FailsTheRun, 1)]
    [InlineData(WhiteFrame.HangsTheRun, 1)]
    public async Task A_clip_that_ends_its_worker_fails_alone_and_comes_back_with_a_mended_bundle(WhiteFrame white, int exitCode)
    {
        Assert.SkipWhen(
            white == WhiteFrame.KillsTheProcess && RuntimeInformation.ProcessArchitecture != Architecture.X64,
            "An integer division that overflows ends a process only on x86.");
        using var folder = new TemporaryFolder();
        await MakeAsync(folder, white);
        RunFixture.Age(folder["videos"]);
        var mended = await LusProcess.RunAsync(
            ["run", folder["videos"], "--home", folder["home"], "--model", fixture.Model, "--json", .. FleetFixture.Plan]);
        Assert.True(mended.ExitCode == 0, mended.ToString());

        await using var fleet = await Fleet.MakeAsync(servers, folder["deadly"]);
        if (white == WhiteFrame.HangsTheRun)
        {
            fleet.Set("LUS__Attempts__Timeout", "6s");
            // The process has to end although a thread of it hangs.
            fleet.HasNewProcesses = true;
        }
        await fleet.UploadAsync(folder["videos"]);
        await fixture.StartAsync(fleet, "ingest", "features", "sequence");

        Assert.Equal(3, await DeathsAsync(fleet, exitCode, fleet.FinishedAsync(fixture.VideoCount + 1)));

        Assert.Equal(["poison/a.mkv failed crashed"], await fleet.RowsAsync("SELECT object_key, status, reason FROM videos WHERE status = 'failed'"));
        Assert.Equal(["0 crashed"], await fleet.RowsAsync("SELECT clip_index, reason FROM clips WHERE status = 'failed'"));
        Assert.Equal(["crashed lus.features"], await fleet.DeadLettersAsync());
        Assert.Equal(fixture.Results, (await fleet.ResultsAsync()).Where(line => !line.StartsWith("\"poison\"", StringComparison.Ordinal)));
        await AssertShownAsync(fleet);

        await fleet.StopAsync();
        fleet.Set("LUS__Model__Bundle", fixture.Model);
        foreach (var stage in new[] { "ingest", "features", "sequence" })
            fleet.Start(stage);
        var replay = await fleet.LusAsync("replay", "--failed", "--model", fixture.Model);
        Assert.True(replay.ExitCode == 0, replay.ToString());
        Assert.StartsWith("1 videos wait again.", replay.Output[0], StringComparison.Ordinal);

        await fleet.FinishedAsync(fixture.VideoCount + 1);
        Assert.Equal(fixture.Results.Concat(mended.Results).Order(StringComparer.Ordinal), await fleet.ResultsAsync());
        await fleet.AssertTidyAsync();
    }

    [Fact]
    public async Task A_worker_that_is_stopped_while_a_run_hangs_ends_in_good_order()
    {
        using var folder = new TemporaryFolder();
        await MakeAsync(folder, WhiteFrame.HangsTheRun);
        await using var fleet = await Fleet.MakeAsync(servers, folder["deadly"]);
        fleet.Set("LUS__Worker__GracePeriod", "5s");
        fleet.HasNewProcesses = true;
        await fleet.UploadAsync(folder["videos"]);
        fleet.Start("ingest");
        var worker = fleet.Start("features");
        await fleet.UntilAsync(
            "a run that takes long", "SELECT count(*) FROM clips WHERE status = 'cut' AND starts = 1 AND worker_id IS NOT NULL AND cut_at < now() - interval '5 s'", count => count > 0);

        var ended = await fleet.StopAsync(worker);

        Assert.True(ended.ExitCode == 0, ended.ToString());
    }

    /// <summary>Makes the bundle <c>deadly</c> and a video of which only the first clip has the white frame.</summary>
    private static async Task MakeAsync(TemporaryFolder folder, WhiteFrame white)
    {
        TinyBundle.Write(folder["deadly"], name: "deadly", white: white);
        Directory.CreateDirectory(folder["videos/poison"]);
        await Ffmpeg.MakeAsync(
            folder["videos/poison/a.mkv"],
            ["-f", "lavfi", "-i", "color=white:size=96x64:rate=25:duration=0.04", .. Ffmpeg.Pattern(1.2, "96x64"), "-filter_complex", "[0][1]concat", "-c:v", "ffv1", "-pix_fmt", "bgr0"]);
    }

    /// <summary>Starts a features worker for each that dies, as an init system does.</summary>
    /// <returns>How many have died until all was finished.</returns>
    private static async Task<int> DeathsAsync(Fleet fleet, int exitCode, Task finished)
    {
        for (var deaths = 0; ; deaths++)
        {
            var worker = Assert.Single(fleet.Of("features"));
            var end = worker.EndAsync(Fleet.Patience);
            if (await Task.WhenAny(end, finished) == finished)
            {
                await finished;
                return deaths;
            }
            var death = await end;
            Assert.True(death.ExitCode == exitCode, death.ToString());
            await fleet.ReplaceAsync(worker);
        }
    }

    private static async Task AssertShownAsync(Fleet fleet)
    {
        var status = await fleet.LusAsync("status", "--json");
        Assert.True(status.ExitCode == 0, status.ToString());
        var shown = JsonDocument.Parse(Assert.Single(status.Output)).RootElement;
        Assert.Equal(1, shown.GetProperty("deadLetters").GetInt64());
        var features = Assert.Single(shown.GetProperty("stages").EnumerateArray(), stage => stage.GetProperty("stage").GetString() == "features");
        Assert.Equal(1, features.GetProperty("failures").GetProperty("crashed").GetInt64());
    }
}
