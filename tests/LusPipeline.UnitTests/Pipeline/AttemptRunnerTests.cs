using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Intake;
using LusPipeline.UnitTests.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.UnitTests.Pipeline;

public sealed class AttemptRunnerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_whose_frames_are_gone_takes_its_video_back_to_ingest_and_gives_its_place_up()
    {
        using var bench = await LedgerBench.StartAsync();
        var (video, clip) = await CutAsync(bench);
        await using (var ledger = bench.Open())
            await ledger.Studies.ExecuteUpdateAsync(set => set.SetProperty(study => study.Urgent, true), Cancellation);
        var released = new List<Guid>();
        bench.Events.ClipReleased += released.Add;
        var bus = new SentMessages();

        await AttemptAsync(bench, bus, video, clip, _ => throw new MissingObjectException("clips/x.npy"));

        Assert.Equal(new VideoFound(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, 0) { Urgent = true }, Assert.Single(bus.Messages));
        Assert.Equal(clip, Assert.Single(released));
        Assert.Equal(StartOutcome.Started, (await bench.Videos.StartAsync(video.VideoId, 0, alone: true, Cancellation)).Outcome);
    }

    [Fact]
    public async Task Frames_that_are_gone_because_another_attempt_is_done_with_them_take_nothing_back()
    {
        using var bench = await LedgerBench.StartAsync();
        var (video, clip) = await CutAsync(bench);
        var bus = new SentMessages();

        await AttemptAsync(bench, bus, video, clip, async slower =>
        {
            await bench.Clips.ExtractAsync(slower, "features/x.npy", "aa", Cancellation);
            throw new MissingObjectException("clips/x.npy");
        });

        Assert.Empty(bus.Messages);
        Assert.Equal(StartOutcome.Stale, (await bench.Videos.StartAsync(video.VideoId, 0, alone: true, Cancellation)).Outcome);
        Assert.Equal(StartOutcome.Started, (await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Extracted, alone: true, Cancellation)).Outcome);
    }

    [Theory]
    [InlineData(WorkStatus.Cut)]
    [InlineData(WorkStatus.Extracted)]
    public async Task A_clip_whose_object_is_lost_each_time_fails(string status)
    {
        using var bench = await LedgerBench.StartAsync();
        var (video, clip) = await CutAsync(bench);
        var bus = new SentMessages();
        for (var losses = 0; losses <= new AttemptOptions().MaxRetries; losses++)
        {
            if (losses > 0)
                await CutAsync(bench, video);
            if (status == WorkStatus.Extracted)
                await AttemptAsync(bench, bus, video, clip, work => bench.Clips.ExtractAsync(work, "features/x.npy", "aa", Cancellation));
            Assert.Equal(losses, bus.Messages.Count);
            await AttemptAsync(bench, bus, video, clip, _ => throw new MissingObjectException("x.npy"), status);
        }

        Assert.Equal(new AttemptOptions().MaxRetries, bus.Messages.Count);
        var failed = Assert.Single((await bench.CompleteAsync(video)).Videos);
        Assert.Equal((WorkStatus.Failed, ReasonCode.ObjectLost), (failed.Status, failed.Reason));
        Assert.Equal(StartOutcome.Stale, (await bench.Clips.StartAsync(video.StudyDay, clip, 0, status, alone: true, Cancellation)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_engine_that_breaks_at_a_clip_counts_as_a_crash_and_one_that_is_broken_anyway_does_not(bool atWork)
    {
        using var bench = await LedgerBench.StartAsync();
        var (video, clip) = await CutAsync(bench);

        await Assert.ThrowsAsync<BrokenEngineException>(() => AttemptAsync(
            bench, new SentMessages(), video, clip, _ => throw new BrokenEngineException("It does not run.") { AtWork = atWork }));

        var (outcome, _) = await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Cut, alone: false, Cancellation);
        Assert.Equal(atWork ? StartOutcome.Suspect : StartOutcome.Started, outcome);
    }

    [Fact]
    public async Task A_copy_of_the_message_at_which_the_engine_broke_does_not_undo_what_counts_against_the_clip()
    {
        using var bench = await LedgerBench.StartAsync();
        var (video, clip) = await CutAsync(bench);
        using var attempts = AttemptsOf(bench, new SentMessages());
        using var stopping = new CancellationTokenSource();

        await Assert.ThrowsAsync<BrokenEngineException>(() => AttemptAsync(
            attempts, video, clip, _ => throw new BrokenEngineException("It does not run.") { AtWork = true }));
        // Until the process has stopped, a copy may have its turn; a stop in its midst is no end that counts.
        await Assert.ThrowsAnyAsync<Exception>(() => AttemptAsync(
            attempts, video, clip, async _ =>
            {
                await stopping.CancelAsync();
                stopping.Token.ThrowIfCancellationRequested();
            }, cancellation: stopping.Token));

        var (outcome, _) = await bench.Clips.StartAsync(video.StudyDay, clip, 0, WorkStatus.Cut, alone: false, Cancellation);
        Assert.Equal(StartOutcome.Suspect, outcome);
        Assert.False(stopping.IsCancellationRequested, "The copy was begun.");
    }

    /// <summary>Native code either blocks the thread that calls it, or a task waits for a thread that it blocks.</summary>
    [Theory]
    [InlineData(WorkStatus.Cut, false)]
    [InlineData(WorkStatus.Cut, true)]
    [InlineData(WorkStatus.Extracted, true)]
    public async Task An_attempt_that_does_not_return_ends_the_process_and_counts_as_a_crash(string status, bool blocks)
    {
        using var bench = await LedgerBench.StartAsync();
        var (video, clip) = await CutAsync(bench);
        if (status == WorkStatus.Extracted)
            await AttemptAsync(bench, new SentMessages(), video, clip, work => bench.Clips.ExtractAsync(work, "features/x.npy", "aa", Cancellation));
        using var attempts = AttemptsOf(bench, new SentMessages());
        using var returns = new ManualResetEventSlim();
        var (begun, never) = (new TaskCompletionSource(), new TaskCompletionSource());

        var running = Task.Run(
            () => AttemptAsync(
                attempts, video, clip,
                _ =>
                {
                    begun.SetResult();
                    if (blocks)
                        returns.Wait(Cancellation);
                    return never.Task;
                },
                status),
            Cancellation);
        await begun.Task.WaitAsync(Patience, Cancellation);
        bench.Clock.Advance(new AttemptOptions().Timeout - TimeSpan.FromSeconds(1));
        Assert.False(running.IsCompleted, "The attempt ended too early.");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var broken = await Assert.ThrowsAsync<BrokenEngineException>(() => running.WaitAsync(Patience, Cancellation));
        returns.Set();

        Assert.Equal((true, true), (broken.AtWork, broken.Hangs));
        Assert.Contains("Attempts:Timeout", broken.Message, StringComparison.Ordinal);
        var (outcome, _) = await bench.Clips.StartAsync(video.StudyDay, clip, 0, status, alone: false, Cancellation);
        Assert.Equal(StartOutcome.Suspect, outcome);
        // Whoever hears of the next one first must know it, too.
        var next = await Assert.ThrowsAsync<BrokenEngineException>(() => AttemptAsync(attempts, video, clip, _ => Task.CompletedTask, status));
        Assert.Equal((false, true), (next.AtWork, next.Hangs));
    }

    private static async Task<(RegisteredVideo Video, Guid Clip)> CutAsync(LedgerBench bench)
    {
        var video = await bench.SeeAsync("p1/a.mp4");
        return (video, await CutAsync(bench, video));
    }

    private static async Task<Guid> CutAsync(LedgerBench bench, RegisteredVideo video)
    {
        var work = await bench.StartAsync(video);
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);
        Assert.True(await bench.Clips.CutAsync(work, clip, 0, "ff", Cancellation));
        Assert.True(await bench.Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, null, []), 1, Cancellation));
        return clip;
    }

    private static async Task AttemptAsync(
        LedgerBench bench, SentMessages bus, RegisteredVideo video, Guid clip, Func<ClipWork, Task> attempt, string status = WorkStatus.Cut)
    {
        using var attempts = AttemptsOf(bench, bus);
        await AttemptAsync(attempts, video, clip, attempt, status);
    }

    private static AttemptRunner AttemptsOf(LedgerBench bench, SentMessages bus) => new(
        bench.Videos, bench.Clips, bench.Completion, bus, new NoDeadLetters(), bench.Events, new(), bench.Clock, NullLogger<AttemptRunner>.Instance);

    private static Task AttemptAsync(
        AttemptRunner attempts, RegisteredVideo video, Guid clip, Func<ClipWork, Task> attempt, string status = WorkStatus.Cut,
        CancellationToken? cancellation = null) =>
        status == WorkStatus.Cut
            ? attempts.RunAsync(new ClipReady(ClipReady.CurrentVersion, clip, video.StudyDay, 0), attempt, cancellation ?? Cancellation)
            : attempts.RunAsync(new FeaturesReady(FeaturesReady.CurrentVersion, clip, video.StudyDay, 0), attempt, cancellation ?? Cancellation);
}
