using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Replays;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>What a watched bucket holds, as the ledger of workers takes it.</summary>
public sealed class VideoArrivalsTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task New_content_takes_the_place_of_the_old_and_the_old_may_come_back(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4", "00"), new ClassProbabilities(0.9, 0.05, 0.05));
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4", "01"), new ClassProbabilities(0, 0, 1));
        Assert.Equal(1, Assert.Single(await shared.Results.StudiesAsync(["p1"], Cancellation)).Result!.Value.Probabilities.Healthy);

        Assert.Empty(await shared.ArriveAsync([SharedLedger.Seen("p1/a.mp4", "00")]));

        var study = Assert.Single(await shared.Results.StudiesAsync(["p1"], Cancellation));
        Assert.Equal(0.9, study.Result!.Value.Probabilities.Covid);
        Assert.Single(study.Videos);
        Assert.Equal(WorkStatus.Open, study.Status);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_rejected_video_comes_again_when_its_limit_was_raised(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var limits = new VideoLimits { MaxFrames = 100 };
        var found = await shared.ArriveAsync("p1/a.mp4", urgent: true);
        await worker.Completion.RejectVideoAsync(await worker.StartAsync(found), ReasonCode.TooManyFrames, "200 frames", 100, Cancellation);

        Assert.Empty(await shared.ArriveAsync([SharedLedger.Seen("p1/a.mp4")], limits));
        var again = Assert.Single(await shared.ArriveAsync([SharedLedger.Seen("p1/a.mp4")], limits with { MaxFrames = 300 }));

        Assert.Equal(found with { Generation = 1 }, again);
        Assert.Equal(WorkStatus.Open, (await shared.StudyAsync("p1")).Status);
        await worker.StartAsync(again);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task What_comes_late_to_a_cancelled_study_is_cancelled_too_until_it_is_replayed(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var rejected = await shared.ArriveAsync("p1/large.mp4", "00");
        await worker.Completion.RejectVideoAsync(await worker.StartAsync(rejected), ReasonCode.TooManyFrames, "200 frames", 100, Cancellation);
        await shared.ArriveAsync("p1/a.mp4", "01");
        var before = await shared.StudyAsync("p1");
        await new StudyCancellation(shared.Open, shared.Clock).CancelAsync(before.StudyId, before.StudyDay, Cancellation);

        var found = await shared.ArriveAsync(
            [SharedLedger.Seen("p1/large.mp4", "00"), SharedLedger.Seen("p1/late.mp4", "02"), SharedLedger.Seen("p1/a.mp4", "03"), SharedLedger.Seen("p2/a.mp4", "04")],
            new VideoLimits { MaxFrames = 300 });
        Assert.Empty(await shared.ArriveAsync([SharedLedger.Seen("p1/a.mp4", "01")]));

        Assert.Equal(SharedLedger.Seen("p2/a.mp4", "04").VideoId, Assert.Single(found).VideoId);
        Assert.Equal((WorkStatus.Cancelled, WorkStatus.Open), ((await shared.StudyAsync("p1")).Status, (await shared.StudyAsync("p2")).Status));
        var late = await shared.VideoAsync(SharedLedger.Seen("p1/late.mp4", "02").VideoId);
        Assert.Equal((WorkStatus.Cancelled, ReasonCode.Cancelled, 0), (late.Status, late.Reason, late.Generation));
        Assert.NotNull(late.FinishedAt);
        shared.Clock.Move(3600);
        Assert.DoesNotContain((await worker.Sweeper.TakeAsync(new(0, 0, 0), Cancellation)).OfType<VideoFound>(), message => message.VideoId == late.VideoId);

        var replay = new Replay(shared.Open, shared.Clock, shared: true);
        await foreach (var chunk in replay.PlanAsync(new() { Keys = ["p1/late.mp4"] }, null, urgent: false, Cancellation))
            Assert.Equal(1, await replay.ApplyAsync(chunk, urgent: false, Cancellation));
        Assert.Equal(WorkStatus.Open, (await shared.StudyAsync("p1")).Status);
        await worker.StartAsync(Assert.Single((await worker.Sweeper.TakeAsync(new(0, 0, 0), Cancellation)).OfType<VideoFound>(), message => message.VideoId == late.VideoId));
    }

    [Fact]
    public async Task A_study_that_is_cancelled_while_a_video_comes_has_nothing_that_waits()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        for (var round = 0; round < 30; round++)
        {
            await shared.ArriveAsync($"p{round}/a.mp4");
            var study = await shared.StudyAsync($"p{round}");

            await Task.WhenAll(
                shared.ArriveAsync([SharedLedger.Seen($"p{round}/b.mp4")]),
                new StudyCancellation(shared.Open, shared.Clock).CancelAsync(study.StudyId, study.StudyDay, Cancellation));
        }

        await using var ledger = shared.Open();
        Assert.Empty(await ledger.Studies.Where(study => study.Status != WorkStatus.Cancelled).Select(study => study.Name).ToListAsync(Cancellation));
        Assert.Empty(await ledger.Videos.Where(video => video.Status != WorkStatus.Cancelled).Select(video => video.ObjectKey).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Known_videos_are_read_in_one_statement_and_stay_as_they_are(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var seen = Enumerable.Range(0, 100).Select(index => SharedLedger.Seen($"p{index % 7}/{index}.mp4", $"{index}")).ToList();
        var found = await shared.ArriveAsync(seen);
        await worker.FinishAsync(found[0]);
        await worker.StartAsync(found[1]);
        await worker.Videos.FailAsync(found[2].VideoId, 0, ReasonCode.DecodeTimeout, "", Cancellation);
        var before = await RowsAsync(shared);
        shared.Clock.Move(1);
        shared.Statements.Clear();

        Assert.Empty(await shared.ArriveAsync(seen));

        if (kind == LedgerKind.Postgres)
            Assert.Single(shared.Statements.Seen);
        Assert.Equal(before, await RowsAsync(shared));
    }

    [Fact]
    public async Task A_thousand_new_videos_are_registered_in_a_handful_of_statements()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var seen = Enumerable.Range(0, 1000).Select(index => SharedLedger.Seen($"p{index % 300}/{index}.mp4", $"{index}")).ToList();
        shared.Statements.Clear();

        var found = await shared.ArriveAsync(seen, urgent: true);

        Assert.InRange(shared.Statements.Seen.Count, 4, 8);
        Assert.Equal(1000, found.Select(message => message.VideoId).Distinct().Count());
        Assert.All(found, message => Assert.True(message.Urgent));
        await using var ledger = shared.Open();
        Assert.Equal((300, 1000), (await ledger.Studies.CountAsync(study => study.Urgent, Cancellation), await ledger.Videos.CountAsync(Cancellation)));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_study_is_as_urgent_as_its_first_video(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);

        Assert.True((await shared.ArriveAsync("p1/a.mp4", "00", urgent: true)).Urgent);
        Assert.True((await shared.ArriveAsync("p1/b.mp4", "01", urgent: false)).Urgent);
        Assert.False((await shared.ArriveAsync("p2/a.mp4", "02", urgent: false)).Urgent);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Two_watchers_that_list_the_same_bucket_make_one_row_a_video(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var seen = Enumerable.Range(0, 200).Select(index => SharedLedger.Seen($"p{index % 20}/{index}.mp4", $"{index}")).ToList();
        var other = seen.AsEnumerable().Reverse().ToList();

        for (var part = 0; part < seen.Count; part += 50)
            await Task.WhenAll(shared.ArriveAsync(seen[part..(part + 50)]), shared.ArriveAsync(other[part..(part + 50)]));

        await using var ledger = shared.Open();
        Assert.Equal((20, 200), (await ledger.Studies.CountAsync(Cancellation), await ledger.Videos.CountAsync(Cancellation)));
    }

    private static async Task<List<string>> RowsAsync(SharedLedger shared)
    {
        await using var ledger = shared.Open();
        var videos = await ledger.Videos.AsNoTracking().ToListAsync(Cancellation);
        var studies = await ledger.Studies.AsNoTracking().ToListAsync(Cancellation);
        return
        [
            .. videos.Select(video => $"{video.VideoId} {video.Generation} {video.Status} {video.Starts} {video.Publishes} {video.NotBefore:O} {video.Tag}").Order(),
            .. studies.Select(study => $"{study.StudyId} {study.Status} {study.Revision} {study.CompletableAt:O} {study.CheckAt:O}").Order(),
        ];
    }
}
