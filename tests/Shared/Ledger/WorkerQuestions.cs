using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Tests.Ledger;

/// <summary>What workers ask: their loops, and what a video costs from its arrival to its result.</summary>
internal sealed class WorkerQuestions
{
    private const int Due = 1_000;

    private readonly LargeLedger _large;
    private readonly VideoMoves _videos;
    private readonly ClipMoves _clips;
    private readonly StudyMoves _studies;
    private readonly Completion _completion;
    private readonly Sweeper _sweeper;

    public WorkerQuestions(LargeLedger large)
    {
        _large = large;
        _videos = new(large.Open, TimeProvider.System, large.Attempts, large.Lease);
        _clips = new(large.Open, TimeProvider.System, large.Attempts, large.Lease);
        _studies = new(large.Open, TimeProvider.System);
        _completion = new(_videos, _studies, new StageEvents());
        _sweeper = new(large.Open, TimeProvider.System, large.Lease, new SweepOptions());
    }

    public IEnumerable<Question> All()
    {
        yield return new("sweep: nothing due", async () => await _sweeper.TakeAsync(new(0, 0, 0), default));
        yield return new("sweep: 1,000 rows a stage due", async () => await _sweeper.TakeAsync(new(0, 0, 0), default)) { PrepareAsync = () => MakeDueAsync(Due) };
        yield return new("sweep: all that waits is due and queued", async () => await _sweeper.TakeAsync(new(1_000_000, 1_000_000, 1_000_000), default)) { PrepareAsync = () => MakeDueAsync(int.MaxValue) };
        var settlement = new VideoSettlement(_large.Open, TimeProvider.System, _videos, _completion, new());
        yield return new("sweep: 1,000 cut videos due", async () => await settlement.SettleDueAsync(default))
        {
            PrepareAsync = () => _large.ExecuteAsync($"UPDATE videos SET not_before = now() - interval '1 min' WHERE video_id IN (SELECT video_id FROM videos WHERE status = 'cut' LIMIT {Due})"),
        };
        yield return new("sweep: 1,000 open studies due", async () => await _studies.TakeDueAsync(Due, TimeSpan.FromMinutes(1), default))
        {
            PrepareAsync = () => _large.ExecuteAsync($"UPDATE studies SET check_at = now() - interval '1 min' WHERE study_id IN (SELECT study_id FROM studies WHERE status = 'open' LIMIT {Due})"),
        };
        yield return new("sweep: studies to be told of", async () => await new StudyAnnouncements(_large.Open).DueAsync(200, default));
        yield return new("sweep: one study's result to be told", async () => await new ResultReader(_large.Open).StudiesAsync([BulkLedger.Study(_large.Studies / 3)], null, default));
        yield return new("backlog of clips that wait for features", async () => await new ClipTakers(_large.Open, TimeProvider.System, _large.Lease).ReadAsync(default));
        yield return new("orphans", async () => await new WaitingClips(_large.Open).IdsAsync(default));
        var duties = new LeasedDuties(_large.Open, TimeProvider.System, _large.Lease.WorkerId!.Value, _large.Lease.Duration);
        yield return new("a duty renewed", async () => await duties.TakeAsync(LeasedDuties.Sweep, default));
        yield return new("a heartbeat", async () =>
        {
            await new WorkerRegister(_large.Open, new DatabaseClock()).BeatAsync(new WorkerRow { WorkerId = _large.Lease.WorkerId.Value, Stages = "all", Host = "host", Version = "1" }, default);
            return null;
        });
        var returned = new ReturnedWork(_large.Open, TimeProvider.System, _large.Lease, _large.Attempts, _clips, _completion, new StageEvents());
        VideoFound? found = null;
        yield return new("a returned message", async () => await returned.SettleAsync(found!, default))
        {
            PrepareAsync = async () =>
            {
                await using var ledger = _large.Open();
                var video = await ledger.Videos.Where(video => video.Status == WorkStatus.Found).FirstAsync();
                found = new(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation);
            },
        };
        var arrivals = new VideoRegister(_large.Open, TimeProvider.System, _large.Lease, TimeSpan.FromMinutes(1));
        yield return new("1,000 new videos listed", async () => await arrivals.ArriveAsync(Listing($"{Guid.NewGuid()}"), _large.Target, new(), default));
        yield return new("1,000 known videos listed", async () => await arrivals.ArriveAsync(Listing("listed"), _large.Target, new(), default));
        yield return new("a video of 10 clips from arrival to result", async () =>
        {
            await FinishAsync(arrivals, Listing($"{Guid.NewGuid()}")[0]);
            return null;
        });
    }

    private async Task MakeDueAsync(int most)
    {
        foreach (var (table, key, status) in new[] { ("videos", "video_id", "found"), ("clips", "clip_id", "cut"), ("clips", "clip_id", "extracted") })
            await _large.ExecuteAsync($"UPDATE {table} SET not_before = now() - interval '1 min', publishes = 1 WHERE {key} IN (SELECT {key} FROM {table} WHERE status = '{status}' LIMIT {most})");
    }

    /// <summary>A listing of 1,000 videos of 125 studies.</summary>
    private static List<SeenVideo> Listing(string name) =>
        [.. Enumerable.Range(0, 1000).Select(index => new SeenVideo("bucket", $"{name}{index % 125}/{index}.mp4", $"{name}{index}", "tag", 1))];

    /// <summary>What the handlers of the stages ask.</summary>
    private async Task FinishAsync(VideoRegister arrivals, SeenVideo video)
    {
        await arrivals.ArriveAsync([video], _large.Target, new(), default);
        var (_, work) = await _videos.StartAsync(video.VideoId, 0, alone: false, default);
        var clips = Enumerable.Range(0, 10).Select(index => LedgerIds.Clip(video.VideoId, _large.Target.Plan, index)).ToList();
        foreach (var (index, clip) in clips.Index())
            await _clips.CutAsync(work!, clip, index, "ff", default);
        await _videos.CutAsync(work!, new DecodedFacts("h264", 800, 600, 180, TimeSpan.FromSeconds(7), []), clips.Count, default);
        foreach (var clip in clips)
        {
            var (_, cut) = await _clips.StartAsync(work!.StudyDay, clip, 0, WorkStatus.Cut, alone: false, default);
            await _clips.ExtractAsync(cut!, "features/x.npy", "aa", default);
            var (_, extracted) = await _clips.StartAsync(work.StudyDay, clip, 0, WorkStatus.Extracted, alone: false, default);
            await _clips.PredictAsync(extracted!, new ClassProbabilities(0.1, 0.2, 0.7), default);
        }
        await _completion.CompleteVideoAsync(video.VideoId, video.StudyId, 0, default);
    }
}
