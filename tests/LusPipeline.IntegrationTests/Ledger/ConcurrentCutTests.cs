using System.Globalization;
using LusPipeline.Core.Identity;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Replays;
using Npgsql;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>A clip is cut while a transaction that ends its video's generation is under way.</summary>
public sealed class ConcurrentCutTests(TestServers servers)
{
    private const string Other = "c2c2c2c2c2c2c2";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_that_is_cut_during_a_cancellation_does_not_wait_for_ever()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        var video = await worker.StartAsync(await shared.ArriveAsync("p1/a.mp4"));
        var study = await shared.StudyAsync("p1");

        await AssertNotCutAsync(shared, worker, video, () => new StudyCancellation(shared.Open, shared.Clock).CancelAsync(study.StudyId, study.StudyDay, Cancellation));
    }

    [Fact]
    public async Task A_clip_that_is_cut_during_a_replay_does_not_wait_for_ever()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(Other, "other", "1", 0.5, Cancellation);
        var worker = await shared.JoinAsync();
        var video = await worker.StartAsync(await shared.ArriveAsync("p1/a.mp4"));

        await AssertNotCutAsync(shared, worker, video, async () =>
        {
            var replay = new Replay(shared.Open, shared.Clock, shared: true);
            await foreach (var chunk in replay.PlanAsync(new() { Studies = ["p1"] }, new ReplayModel(Other, 10, [("fp32", "aaaa")], null), urgent: false, Cancellation))
                Assert.Equal(1, await replay.ApplyAsync(chunk, urgent: false, Cancellation));
        });
    }

    /// <summary>Holds the row of the study, so that the change moves the rows of videos and clips and then waits before it commits.</summary>
    private static async Task AssertNotCutAsync(SharedLedger shared, LedgerWorker worker, VideoWork video, Func<Task> change)
    {
        await using var holder = new NpgsqlConnection(shared.ConnectionString);
        await holder.OpenAsync(Cancellation);
        var transaction = await holder.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(holder, "SELECT 1 FROM studies FOR UPDATE");
        var changed = change();
        await WaitingAsync(holder, 1, changed);

        var cut = worker.Clips.CutAsync(video, LedgerIds.Clip(video.VideoId, video.Plan, 0), 0, "ff", Cancellation);
        await WaitingAsync(holder, 2, cut);
        await transaction.CommitAsync(Cancellation);
        await changed;

        Assert.False(await cut);
        Assert.Empty(await new WaitingClips(shared.Open).IdsAsync(Cancellation));
    }

    /// <summary>Waits until so many sessions wait for a lock, or until the task has ended without waiting.</summary>
    private static async Task WaitingAsync(NpgsqlConnection connection, long sessions, Task task)
    {
        while (!task.IsCompleted && await ExecuteAsync(
            connection, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") < sessions)
        {
            await Task.Delay(20, Cancellation);
            await ExecuteAsync(connection, "SELECT pg_stat_clear_snapshot() IS NULL");
        }
    }

    private static async Task<long> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture);
    }
}
