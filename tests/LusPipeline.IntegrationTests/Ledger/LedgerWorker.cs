using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Settlement;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>One worker on a shared ledger. It lives for 15 s from each beat of its heart.</summary>
internal sealed class LedgerWorker
{
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(15);
    public static readonly ClassProbabilities Healthy = new(0.1, 0.2, 0.7);

    private readonly SharedLedger _shared;

    public LedgerWorker(SharedLedger shared)
    {
        _shared = shared;
        var (open, clock, attempts) = (shared.Open, shared.Clock, new AttemptOptions());
        Lease = new() { WorkerId = Id, Duration = LeaseDuration, RepublishAfter = Sweeps.RepublishAfter };
        Videos = new(open, clock, attempts, Lease);
        Clips = new(open, clock, attempts, Lease);
        Studies = new(open, clock);
        var events = new StageEvents();
        events.StudyFinished += shared.Completed.Add;
        Completion = new(Videos, Studies, events);
        Settlement = new(open, clock, Videos, Completion, Sweeps);
        Sweeper = new(open, clock, Lease, Sweeps);
        Returned = new(open, clock, Lease, attempts, Clips, Completion, events);
        Duties = new(open, clock, Id, LeaseDuration);
    }

    public Guid Id { get; } = Guid.NewGuid();
    public WorkLease Lease { get; }
    public SweepOptions Sweeps { get; } = new();
    public VideoMoves Videos { get; }
    public ClipMoves Clips { get; }
    public StudyMoves Studies { get; }
    public Completion Completion { get; }
    public VideoSettlement Settlement { get; }
    public Sweeper Sweeper { get; }
    public ReturnedWork Returned { get; }
    public LeasedDuties Duties { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>By the tests' clock; <see cref="WorkerRegister"/> does it by PostgreSQL's.</summary>
    public async Task BeatAsync()
    {
        await using var ledger = _shared.Open();
        if (await ledger.Workers.Where(worker => worker.WorkerId == Id)
            .ExecuteUpdateAsync(set => set.SetProperty(worker => worker.HeartbeatAt, _shared.Clock.Now), Cancellation) == 1)
            return;
        ledger.Workers.Add(new WorkerRow
        {
            WorkerId = Id,
            Stages = "ingest,features,sequence",
            Host = "host",
            ProcessId = 1,
            Version = "1",
            StartedAt = _shared.Clock.Now,
            HeartbeatAt = _shared.Clock.Now,
        });
        await ledger.SaveChangesAsync(Cancellation);
    }

    public async Task<VideoWork> StartAsync(VideoFound message)
    {
        var (outcome, work) = await Videos.StartAsync(message.VideoId, message.Generation, alone: true, Cancellation);
        Assert.Equal(StartOutcome.Started, outcome);
        return work!;
    }

    public Task<(StartOutcome Outcome, ClipWork? Work)> TryStartAsync(ClipWork clip, string status) =>
        Clips.StartAsync(clip.StudyDay, clip.ClipId, clip.Generation, status, alone: true, Cancellation);

    public async Task<ClipWork> StartAsync(ClipWork clip, string status)
    {
        var (outcome, work) = await TryStartAsync(clip, status);
        Assert.Equal(StartOutcome.Started, outcome);
        return work!;
    }

    /// <summary>Takes a found video to cut, with so many clips.</summary>
    /// <param name="done">The first of them, that are done since an earlier time.</param>
    public async Task<IReadOnlyList<ClipWork>> CutAsync(VideoFound message, int clips = 1, int done = 0)
    {
        var work = await StartAsync(message);
        var cut = new List<ClipWork>();
        for (var index = 0; index < clips; index++)
        {
            var clip = LedgerIds.Clip(work.VideoId, work.Plan, index);
            Assert.Equal(index >= done, await Clips.CutAsync(work, clip, index, "ff", Cancellation));
            cut.Add(ClipOf(work, index));
        }
        Assert.True(await Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, TimeSpan.FromSeconds(2), []), clips, Cancellation));
        return cut;
    }

    /// <summary>A clip as its row says it once it is cut.</summary>
    public static ClipWork ClipOf(VideoWork video, int index) => new(
        video.StudyDay, LedgerIds.Clip(video.VideoId, video.Plan, index), video.VideoId, video.StudyId, index, video.Generation, 0,
        video.BundleId, video.Variant, video.TraceParent);

    public async Task ExtractAsync(ClipWork clip) =>
        Assert.True(await Clips.ExtractAsync(await StartAsync(clip, WorkStatus.Cut), "features/x.npy", "aa", Cancellation));

    /// <summary>Takes a cut clip to done, and what it completes with it.</summary>
    public async Task PredictAsync(ClipWork clip, Guid studyId, ClassProbabilities? probabilities = null)
    {
        await ExtractAsync(clip);
        Assert.True(await Clips.PredictAsync(await StartAsync(clip, WorkStatus.Extracted), probabilities ?? Healthy, Cancellation));
        await Completion.CompleteVideoAsync(clip.VideoId, studyId, clip.Generation, Cancellation);
    }

    /// <summary>Takes a found video to done.</summary>
    public async Task FinishAsync(VideoFound message, params ClassProbabilities[] clips)
    {
        var study = (await _shared.VideoAsync(message.VideoId)).StudyId;
        var all = clips.Length == 0 ? [Healthy] : clips;
        foreach (var (clip, probabilities) in (await CutAsync(message, all.Length)).Zip(all))
            await PredictAsync(clip, study, probabilities);
    }
}
