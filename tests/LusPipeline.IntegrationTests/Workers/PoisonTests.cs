using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>A video that brings down whoever opens it.</summary>
[Collection(WorkerTests.Name)]
public sealed class PoisonTests(TestServers servers, FleetFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_crashes_after_three_starts_its_neighbours_are_done_and_a_replay_brings_it_back()
    {
        using var folder = new TemporaryFolder();
        var poison = Path.Combine(fixture.Videos, "p2", "b.avi");
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Set("LUS__Ingest__Ffmpeg", await DecoderThatKillsAsync(folder.Path, new FileInfo(poison).Length));
        await fixture.StartAsync(fleet, "ingest", "features", "sequence");

        var deaths = 0;
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            limit.CancelAfter(TimeSpan.FromMinutes(6));
            while (await fleet.ScalarAsync("SELECT count(*) FROM videos WHERE status IN ('done', 'rejected', 'failed')") < fixture.VideoCount)
            {
                if (fleet.Of("ingest")[0].HasExited)
                {
                    deaths++;
                    await fleet.ReplaceAsync(fleet.Of("ingest")[0]);
                }
                await Task.Delay(100, limit.Token);
            }
        }

        Assert.Equal(["incoming/p2/b.avi crashed"], await fleet.RowsAsync("SELECT object_key, reason FROM videos WHERE status = 'failed'"));
        Assert.Equal(3, deaths);
        Assert.Equal(["crashed lus.ingest"], await fleet.DeadLettersAsync());

        fleet.Set("LUS__Ingest__Ffmpeg", "ffmpeg");
        await fleet.ReplaceAsync(fleet.Of("ingest")[0]);
        var replayed = await fleet.LusAsync("replay", "--failed");
        Assert.True(replayed.ExitCode == 0, replayed.ToString());

        await fixture.AssertUndisturbedAsync(fleet);
    }

    /// <summary>ffmpeg, but for a video of that size.</summary>
    private static async Task<string> DecoderThatKillsAsync(string folder, long size)
    {
        var path = Path.Combine(folder, "ffmpeg");
        await File.WriteAllTextAsync(path, $$"""
            #!/bin/sh
            for argument; do
              case $argument in
                file:*) [ "$(stat -Lc %s "${argument#file:}")" != {{size}} ] || { kill -9 $PPID; exit 1; } ;;
              esac
            done
            exec ffmpeg "$@"
            """, Cancellation);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
