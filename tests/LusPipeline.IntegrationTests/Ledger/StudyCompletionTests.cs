using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;

namespace LusPipeline.IntegrationTests.Ledger;

public sealed class StudyCompletionTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_study_completes_after_its_quiet_period_and_each_new_video_starts_it_anew(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4"));
        shared.Clock.Move(50);
        await worker.FinishAsync(await shared.ArriveAsync("p1/b.mp4", "01"));

        shared.Clock.Move(59.9);
        Assert.Empty(await DueAsync(worker));
        Assert.Equal(WorkStatus.Open, (await shared.StudyAsync("p1")).Status);
        shared.Clock.Move(0.2);
        var due = Assert.Single(await DueAsync(worker));
        await worker.Completion.CompleteStudyAsync(due, Cancellation);

        var study = await shared.StudyAsync("p1");
        Assert.Equal((WorkStatus.Done, 1, shared.Clock.Now), (study.Status, study.Revision, study.CompletedAt));
        Assert.Equal([study.StudyId], shared.Completed);
        Assert.Empty(await DueAsync(worker));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_late_video_opens_the_study_again_and_raises_its_revision(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4"), new ClassProbabilities(0, 0, 1));
        shared.Clock.Move(61);
        await worker.Completion.CompleteStudyAsync((await shared.StudyAsync("p1")).StudyId, Cancellation);

        var late = await shared.ArriveAsync("p1/b.mp4", "01");
        Assert.Equal((WorkStatus.Open, 1), ((await shared.StudyAsync("p1")).Status, (await shared.StudyAsync("p1")).Revision));
        await worker.FinishAsync(late, new ClassProbabilities(0.8, 0.1, 0.1));
        Assert.Equal(WorkStatus.Open, (await shared.StudyAsync("p1")).Status);
        shared.Clock.Move(61);
        await worker.Completion.CompleteStudyAsync(Assert.Single(await DueAsync(worker)), Cancellation);

        var study = Assert.Single(await shared.Results.StudiesAsync(["p1"], Cancellation));
        Assert.Equal((WorkStatus.Done, 2), (study.Status, study.Revision));
        Assert.Equal(0.4, study.Result!.Value.Probabilities.Covid, 12);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_marker_completes_the_study_without_the_quiet_period(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync("p1/a.mp4");
        var study = (await shared.StudyAsync("p1")).StudyId;

        Assert.True(await worker.Studies.CloseAsync(study, Cancellation));
        await worker.FinishAsync(found);

        Assert.Equal(WorkStatus.Done, (await shared.StudyAsync("p1")).Status);
        Assert.False(await worker.Studies.CloseAsync(study, Cancellation));
        Assert.False(await worker.Studies.CloseAsync(Guid.NewGuid(), Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_marker_behind_the_last_video_makes_the_study_due_at_once(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4"));

        Assert.True(await worker.Studies.CloseAsync((await shared.StudyAsync("p1")).StudyId, Cancellation));
        await worker.Completion.CompleteStudyAsync(Assert.Single(await DueAsync(worker)), Cancellation);

        Assert.Equal(WorkStatus.Done, (await shared.StudyAsync("p1")).Status);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task All_rejected_is_failed_and_some_rejected_is_done(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        foreach (var key in new[] { "p1/a.mp4", "p1/b.mp4", "p2/a.mp4" })
            await worker.Completion.RejectVideoAsync(await worker.StartAsync(await shared.ArriveAsync(key, key)), ReasonCode.Empty, "", null, Cancellation);
        await worker.FinishAsync(await shared.ArriveAsync("p2/b.mp4", "01"));
        shared.Clock.Move(61);

        foreach (var study in await DueAsync(worker))
            await worker.Completion.CompleteStudyAsync(study, Cancellation);

        Assert.Equal(WorkStatus.Failed, (await shared.StudyAsync("p1")).Status);
        Assert.Equal(WorkStatus.Done, (await shared.StudyAsync("p2")).Status);
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task However_many_finish_at_a_time_a_video_and_its_study_are_completed_once(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var workers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shared.JoinAsync()));
        for (var round = 1; round <= 5; round++)
        {
            var found = await shared.ArriveAsync([.. Enumerable.Range(0, 8).Select(index => SharedLedger.Seen($"p1/{index}.mp4", $"{round}.{index}"))]);
            var study = (await shared.StudyAsync("p1")).StudyId;
            var clips = new List<(LedgerWorker Worker, ClipWork Clip)>();
            foreach (var (message, worker) in found.Zip(workers))
                clips.AddRange((await worker.CutAsync(message, 3)).Select(clip => (worker, clip)));
            await workers[0].Studies.CloseAsync(study, Cancellation);

            await Task.WhenAll(clips.Select(each => each.Worker.PredictAsync(each.Clip, study)));

            Assert.Equal((WorkStatus.Done, round), ((await shared.StudyAsync("p1")).Status, (await shared.StudyAsync("p1")).Revision));
            Assert.Equal(round, shared.Completed.Count);
            Assert.Equal(8, Assert.Single(await shared.Results.StudiesAsync(["p1"], Cancellation)).Count(WorkStatus.Done));
        }
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_study_is_told_of_once_a_revision(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var announcements = new StudyAnnouncements(shared.Open);
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4"));
        Assert.Empty(await announcements.DueAsync(10, Cancellation));
        shared.Clock.Move(61);
        var study = (await shared.StudyAsync("p1")).StudyId;
        await worker.Completion.CompleteStudyAsync(study, Cancellation);

        Assert.Equal([new(study, "bucket", "p1", 1, WorkStatus.Done)], await announcements.DueAsync(10, Cancellation));
        var first = Assert.Single(await shared.Results.StudiesAsync(["p1"], Cancellation));
        await announcements.AnnouncedAsync(first, Cancellation);
        Assert.Empty(await announcements.DueAsync(10, Cancellation));
        await worker.FinishAsync(await shared.ArriveAsync("p1/b.mp4", "01"));
        Assert.Empty(await announcements.DueAsync(10, Cancellation));
        shared.Clock.Move(61);
        await worker.Completion.CompleteStudyAsync(study, Cancellation);

        Assert.Equal(2, Assert.Single(await announcements.DueAsync(10, Cancellation)).Revision);
        await announcements.AnnouncedAsync(first, Cancellation);
        Assert.Single(await announcements.DueAsync(10, Cancellation));
        await announcements.AnnouncedAsync(Assert.Single(await shared.Results.StudiesAsync(["p1"], Cancellation)), Cancellation);
        Assert.Empty(await announcements.DueAsync(10, Cancellation));
        await announcements.AnnouncedAsync(first, Cancellation);
        var told = await shared.StudyAsync("p1");
        Assert.Equal((2, 2), (told.AnnouncedRevision, told.AnnouncedVideos));
    }

    private static Task<IReadOnlyList<Guid>> DueAsync(LedgerWorker worker) => worker.Studies.TakeDueAsync(100, TimeSpan.FromSeconds(30), Cancellation);
}
