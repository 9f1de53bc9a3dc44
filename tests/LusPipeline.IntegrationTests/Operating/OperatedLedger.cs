using LusPipeline.Buckets.S3;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.IntegrationTests.Buckets;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Operating;

/// <summary>A ledger of workers in a database of its own, with what a watcher and workers do to it, and <c>lus</c> commands on it.</summary>
internal sealed class OperatedLedger
{
    public const string Bundle = "b1b1b1b1b1b1b1";

    private static readonly AttemptOptions Attempts = new();

    private OperatedLedger(string connection)
    {
        Connection = connection;
        Open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = connection });
        Videos = new(Open, TimeProvider.System, Attempts, Lease);
        Clips = new(Open, TimeProvider.System, Attempts, Lease);
        Completion = new(Videos, new StudyMoves(Open, TimeProvider.System), new StageEvents());
        Results = new(Open);
    }

    public string Connection { get; }
    public Func<LedgerContext> Open { get; }
    public WorkLease Lease { get; } = new() { WorkerId = Guid.NewGuid(), Duration = TimeSpan.FromSeconds(15), RepublishAfter = TimeSpan.FromMinutes(1) };
    public VideoMoves Videos { get; }
    public ClipMoves Clips { get; }
    public Completion Completion { get; }
    public ResultReader Results { get; }
    public VideoTarget Target { get; init; } = new(ClipPlan.Whole(20), Bundle, "fp32");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<OperatedLedger> MakeAsync(TestServers servers) => await OfAsync(await servers.NewLedgerAsync());

    /// <summary>A database that has the ledger already.</summary>
    public static async Task<OperatedLedger> OfAsync(string connection)
    {
        var ledger = new OperatedLedger(connection);
        await new BundleRegister(ledger.Open, TimeProvider.System).RegisterAsync(Bundle, "tiny", "1", 0.5, Cancellation);
        return ledger;
    }

    /// <summary>What a listing does; the studies' quiet period is over at once.</summary>
    public async Task<IReadOnlyList<SeenVideo>> SeeAsync(params string[] keys)
    {
        var seen = keys.Select(key => new SeenVideo("bucket", key, "00ff", "tag", 10)).ToList();
        await new VideoRegister(Open, TimeProvider.System, Lease, TimeSpan.Zero).ArriveAsync(seen, Target, new VideoLimits(), Cancellation);
        return seen;
    }

    /// <summary>What a listing of a bucket does.</summary>
    public async Task<IReadOnlyList<SeenVideo>> SeeAsync(S3Place place)
    {
        var seen = (await place.ListAsync()).ConvertAll(item => new SeenVideo(place.Videos.NameOf(item), item.Key, item.Tag, item.Tag, item.Size));
        await new VideoRegister(Open, TimeProvider.System, Lease, TimeSpan.Zero).ArriveAsync(seen, Target, new VideoLimits(), Cancellation);
        return seen;
    }

    public async Task<VideoWork> StartAsync(SeenVideo video, int generation = 0)
    {
        var (outcome, work) = await Videos.StartAsync(video.VideoId, generation, alone: true, Cancellation);
        Assert.Equal(StartOutcome.Started, outcome);
        return work!;
    }

    /// <summary>Takes a video with one clip through every stage, and its study to its end where nothing else of it waits.</summary>
    public async Task FinishAsync(SeenVideo video, ClassProbabilities probabilities, int generation = 0, string featuresKey = "features/x.npy")
    {
        var work = await StartAsync(video, generation);
        var clip = LedgerIds.Clip(video.VideoId, Target.Plan, 0);
        Assert.True(await Clips.CutAsync(work, clip, 0, "ff", Cancellation));
        Assert.True(await Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, TimeSpan.FromSeconds(2), []), 1, Cancellation));
        var (_, features) = await Clips.StartAsync(work.StudyDay, clip, generation, WorkStatus.Cut, alone: true, Cancellation);
        Assert.True(await Clips.ExtractAsync(features!, featuresKey, "aa", Cancellation));
        var (_, sequence) = await Clips.StartAsync(work.StudyDay, clip, generation, WorkStatus.Extracted, alone: true, Cancellation);
        Assert.True(await Clips.PredictAsync(sequence!, probabilities, Cancellation));
        Assert.True(await Completion.CompleteVideoAsync(video.VideoId, video.StudyId, generation, Cancellation));
    }

    public async Task<StudyResult> StudyAsync(string name) => Assert.Single(await Results.StudiesAsync([name], Cancellation));

    /// <summary>Runs <c>lus</c> with this database in its configuration.</summary>
    public Task<LusResult> RunAsync(params string[] arguments) =>
        LusCommand.RunAsync(arguments, Variables());

    /// <summary>Runs <c>lus</c> with this database and a bucket in its configuration.</summary>
    public Task<LusResult> RunAsync(S3Options bucket, params string[] arguments) =>
        LusCommand.RunAsync(arguments, new Dictionary<string, string?>(Variables().Concat(Variables(bucket))));

    /// <summary>The configuration of the database.</summary>
    public IReadOnlyDictionary<string, string?> Variables() => new Dictionary<string, string?> { ["LUS__Database__ConnectionString"] = Connection };

    /// <summary>The configuration of a bucket.</summary>
    public static IReadOnlyDictionary<string, string?> Variables(S3Options bucket) => new Dictionary<string, string?>
    {
        ["LUS__Bucket__Name"] = bucket.Name,
        ["LUS__Bucket__Endpoint"] = bucket.Endpoint?.ToString(),
        ["LUS__Bucket__AccessKey"] = bucket.AccessKey,
        ["LUS__Bucket__SecretKey"] = bucket.SecretKey,
    };
}
