using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media;
using LusPipeline.Media.Processes;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>All stages in this process with few clips in flight, so that videos stream: whatever happens midway, a run comes to its end.</summary>
public sealed class FewClipsInFlightTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Stopped_at_many_moments_while_ffmpeg_dies_now_and_then_it_ends_with_the_same_results(int clipsInFlight)
    {
        using var folder = new TemporaryFolder();
        var undisturbed = await RunAsync(folder["quiet"], new IngestOptions(), TimeProvider.System, TestContext.Current.CancellationToken);
        var ingest = new IngestOptions { ClipsInFlight = clipsInFlight, Ffmpeg = UnsteadyFfmpeg(folder) };
        var random = new Random(clipsInFlight);
        for (var stops = 0; stops < 8; stops++)
        {
            using var stop = new CancellationTokenSource();
            await RunAsync(folder["home"], ingest, new StoppingClock(random.Next(10, 120), stop), stop.Token);
        }

        var resumed = await RunAsync(folder["home"], ingest, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.False(resumed.Interrupted);
        Assert.All(resumed.Videos, entry => Assert.Equal(WorkStatus.Done, entry.Video.Status));
        Assert.Equal(Probabilities(undisturbed), Probabilities(resumed));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder["home"], "objects", "clips"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_ffmpeg_that_a_stop_reaches_before_it_reaches_us_costs_its_video_no_retry()
    {
        using var folder = new TemporaryFolder();
        var ingest = new IngestOptions { Ffmpeg = Script(folder["ffmpeg"], $"touch '{folder["started"]}'; exit 255") };
        using var stop = new CancellationTokenSource();

        var run = RunAsync(folder["home"], ingest, TimeProvider.System, stop.Token);
        while (!File.Exists(folder["started"]))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        Assert.True((await run).Interrupted);
        await using var ledger = (await SqliteLedger.OpenToReadAsync(Path.Combine(folder["home"], "ledger.db"), TestContext.Current.CancellationToken))();
        Assert.All(ledger.Videos, video => Assert.Equal((0, 0), (video.Starts, video.Retries)));
    }

    private static IEnumerable<(Guid, ClassProbabilities)> Probabilities(RunReport report) =>
        report.Videos.OrderBy(entry => entry.Video.VideoId).SelectMany(entry => entry.Video.Clips.Select(clip => (entry.Video.VideoId, clip)));

    private Task<RunReport> RunAsync(string home, IngestOptions ingest, TimeProvider clock, CancellationToken stopping)
    {
        var request = new RunRequest
        {
            Paths = [fixture.Videos],
            Home = home,
            Model = fixture.Model,
            Window = TimeSpan.FromSeconds(0.2),
            Stride = TimeSpan.FromSeconds(0.1),
            Ingest = ingest,
            // The scripts in place of ffmpeg write files.
            Media = new() { Sandbox = SandboxMode.Off },
            Attempts = new AttemptOptions { MaxRetries = 100, RetryDelay = TimeSpan.FromMilliseconds(10) },
        };
        return new EmbeddedRun(request, new RunProgress(), (_, _) => { }, clock, _ => { }).RunAsync(stopping).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Every fifth ffmpeg is killed when it has written a part of a clip. It counts by folders: a decoder may write no file.</summary>
    private static string UnsteadyFfmpeg(TemporaryFolder folder) => Script(folder["ffmpeg"], $"""
        mkdir -p '{folder["runs"]}' && mktemp -d '{folder["runs"]}/XXXXXX' >&2
        runs=$(ls '{folder["runs"]}' | wc -l)
        if [ $((runs % 5)) -eq 0 ]; then
            ffmpeg "$@" | head -c 100000
            kill -KILL $$
        fi
        exec ffmpeg "$@"
        """);

    private static string Script(string path, string text)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Stops the run when the ledger has asked for the time so often: with each of its moves.</summary>
    private sealed class StoppingClock(int moves, CancellationTokenSource stop) : TimeProvider
    {
        private int _left = moves;

        public override DateTimeOffset GetUtcNow()
        {
            if (Interlocked.Decrement(ref _left) == 0)
                _ = stop.CancelAsync();
            return base.GetUtcNow();
        }
    }
}
