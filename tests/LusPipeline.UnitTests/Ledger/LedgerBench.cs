using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Ledger;

/// <summary>A SQLite ledger of its own with everything that works on it, and a clock that stands until it is moved.</summary>
internal sealed class LedgerBench : IDisposable
{
    public const string Bundle = "b1b1b1b1b1b1b1";

    private readonly TemporaryFolder _folder;

    private LedgerBench(TemporaryFolder folder, Func<LedgerContext> open)
    {
        _folder = folder;
        Open = open;
        var attempts = new AttemptOptions();
        Register = new(open, Clock);
        Videos = new(open, Clock, attempts);
        Clips = new(open, Clock, attempts);
        Studies = new(open, Clock);
        Pending = new(open, Clock);
        Results = new(open);
        Completion = new(Videos, Studies, Events);
    }

    public FakeTimeProvider Clock { get; } = new(new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    public StageEvents Events { get; } = new();
    public Func<LedgerContext> Open { get; }
    public VideoRegister Register { get; }
    public VideoMoves Videos { get; }
    public ClipMoves Clips { get; }
    public StudyMoves Studies { get; }
    public PendingWork Pending { get; }
    public ResultReader Results { get; }
    public Completion Completion { get; }
    public VideoTarget Target { get; } = new(ClipPlan.Whole(20), Bundle, "fp32");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<LedgerBench> StartAsync()
    {
        var folder = new TemporaryFolder();
        var open = await SqliteLedger.OpenAsync(folder["ledger.db"], Cancellation);
        var bench = new LedgerBench(folder, open);
        await new BundleRegister(open, bench.Clock).RegisterAsync(Bundle, "tiny", "1", 0.5, Cancellation);
        await new BundleRegister(open, bench.Clock).RegisterAsync("c2c2c2c2c2c2c2", "other", "1", 0.5, Cancellation);
        return bench;
    }

    public async Task<RegisteredVideo> SeeAsync(
        string key, string content = "00", VideoTarget? target = null, bool force = false, VideoLimits? limits = null) =>
        Assert.Single(await Register.RequestAsync(
            [new SeenVideo("bucket", key, content, "tag", 10)], target ?? Target, limits ?? new VideoLimits(), force, Cancellation));

    public async Task<VideoWork> StartAsync(RegisteredVideo video)
    {
        var (outcome, work) = await Videos.StartAsync(video.VideoId, video.Generation, alone: true, Cancellation);
        Assert.Equal(StartOutcome.Started, outcome);
        return work!;
    }

    /// <summary>Takes a registered video through every stage.</summary>
    public async Task FinishAsync(RegisteredVideo video, ClassProbabilities probabilities, VideoTarget? target = null)
    {
        target ??= Target;
        var work = await StartAsync(video);
        var clip = LedgerIds.Clip(video.VideoId, target.Plan, 0);
        Assert.True(await Clips.CutAsync(work, clip, 0, "ff", Cancellation));
        Assert.True(await Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, TimeSpan.FromSeconds(2), []), 1, Cancellation));
        var (_, started) = await Clips.StartAsync(video.StudyDay, clip, video.Generation, WorkStatus.Cut, alone: true, Cancellation);
        Assert.True(await Clips.ExtractAsync(started!, "features/x.npy", "aa", Cancellation));
        Assert.True(await Clips.PredictAsync(started!, probabilities, Cancellation));
        Assert.True(await Completion.CompleteVideoAsync(video.VideoId, video.StudyId, video.Generation, Cancellation));
    }

    public async Task<StudyResult> CompleteAsync(RegisteredVideo video)
    {
        await Studies.ListedAsync([video.StudyId], Clock.GetUtcNow().UtcDateTime, Cancellation);
        await Completion.CompleteStudyAsync(video.StudyId, Cancellation);
        return Assert.Single(await Results.StudiesAsync([video.StudyId], null, Cancellation));
    }

    public void Dispose() => _folder.Dispose();
}
