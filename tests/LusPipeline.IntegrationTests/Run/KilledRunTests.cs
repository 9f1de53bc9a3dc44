using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>Runs that are killed at any moment: the next one goes on.</summary>
public sealed class KilledRunTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private string[] Arguments(string home, params string[] more) =>
        ["run", fixture.Videos, "--home", home, "--model", fixture.Model, "--json", .. more];

    [Fact]
    public async Task Killed_at_ten_random_moments_it_ends_with_the_same_results()
    {
        using var folder = new TemporaryFolder();
        var undisturbed = await LusProcess.RunAsync(Arguments(folder["quiet"], "--clips", "windows", "--window", "0.4", "--stride", "0.1"));
        var elapsed = undisturbed.Summary.GetProperty("seconds").GetDouble();
        var random = new Random(20261123);
        // Two kills a home: a third at one video that got no further is a crash by the rule of three starts.
        foreach (var home in Enumerable.Range(0, 5).Select(index => folder[$"home{index}"]))
        {
            for (var kill = 0; kill < 2; kill++)
            {
                await using var lus = LusProcess.Start(Arguments(home, "--clips", "windows", "--window", "0.4", "--stride", "0.1"));
                await Task.WhenAny(lus.EndAsync(), Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * elapsed), TestContext.Current.CancellationToken));
                lus.SendKillIfRunning();
                await lus.EndAsync();
            }

            var resumed = await LusProcess.RunAsync(Arguments(home, "--clips", "windows", "--window", "0.4", "--stride", "0.1"));

            Assert.True(resumed.ExitCode == 0, resumed.ToString());
            Assert.Equal(undisturbed.Results, resumed.Results);
            Assert.Empty(Directory.Exists(Path.Combine(home, "objects", "clips")) ? Directory.GetFiles(Path.Combine(home, "objects", "clips")) : []);
        }
    }

    [Fact]
    public async Task A_video_whose_runs_are_killed_while_they_get_on_has_not_crashed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["inbox"]);
        await Ffmpeg.MakeAsync(folder["inbox/long.mp4"], Ffmpeg.Pattern(40));
        RunFixture.Age(folder["inbox"]);
        string[] arguments = ["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json", "--clips", "windows", "--window", "0.4", "--stride", "0.08"];
        for (var (kill, cut) = (0, 0); kill < 4; kill++)
        {
            await using var lus = LusProcess.Start(arguments);
            var (ended, more) = (lus.EndAsync(), MoreClipsAsync(Path.Combine(folder["home"], "ledger.db"), cut));
            Assert.True(await Task.WhenAny(more, ended) == more, $"Run {kill} ended by itself after {cut} clips: {(ended.IsCompleted ? await ended : null)}");
            cut = await more;
            lus.SendKillIfRunning();
            await ended;
        }

        var resumed = await LusProcess.RunAsync(arguments);

        Assert.True(resumed.ExitCode == 0, resumed.ToString());
    }

    [Fact]
    public async Task Watching_goes_on_with_what_a_killed_run_left()
    {
        using var folder = new TemporaryFolder();
        await using (var killed = LusProcess.Start(Arguments(folder["home"], "--clips", "windows", "--window", "0.4", "--stride", "0.1")))
        {
            await killed.OutputLineAsync(line => line.Contains("\"video\"", StringComparison.Ordinal));
            killed.SendKillIfRunning();
            await killed.EndAsync();
        }
        await using var lus = LusProcess.Start(Arguments(folder["home"], "--clips", "windows", "--window", "0.4", "--stride", "0.1", "--watch"));
        var told = new HashSet<string>();
        await lus.OutputLineAsync(line => line.Contains("\"video\"", StringComparison.Ordinal) && told.Add(line) && told.Count == 6);
        lus.SendInterrupt();

        var run = await lus.EndAsync();

        Assert.All(run.Videos, video => Assert.Equal("done", video.GetProperty("status").GetString()));
    }

    /// <summary>Waits for clips beyond those that a ledger had.</summary>
    private static async Task<int> MoreClipsAsync(string file, int than)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var cancellation = limit.Token;
        while (!File.Exists(file))
            await Task.Delay(20, cancellation);
        while (true)
        {
            try
            {
                await using var ledger = (await SqliteLedger.OpenToReadAsync(file, cancellation))();
                if (await ledger.Clips.CountAsync(cancellation) is var clips && clips > than)
                    return clips;
            }
            catch (Exception early) when (early is InvalidDataException or System.Data.Common.DbException)
            {
                // The run is still making its ledger.
            }
            await Task.Delay(20, cancellation);
        }
    }
}
