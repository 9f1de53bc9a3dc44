using System.Buffers;
using System.Text;
using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Reports;
using LusPipeline.Hosting.Worker;
using LusPipeline.IntegrationTests.Broker;
using LusPipeline.IntegrationTests.Buckets;
using LusPipeline.IntegrationTests.Operating;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Pipeline.Erasure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>A worker is paused while it announces a study: it has read the result, and has not written it yet.</summary>
public sealed class LateAnnouncementTests(TestServers servers)
{
    private const string ResultKey = "results/p1.json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_that_was_erased_meanwhile_is_not_announced_and_its_result_does_not_stay()
    {
        await using var bench = await AnnouncementBench.MakeAsync(servers);

        await bench.AnnounceAsync(meanwhile: bench.EraseAsync);

        Assert.Empty(await bench.Place.KeysAsync());
        Assert.Empty(await bench.EventsAsync());
    }

    [Fact]
    public async Task A_study_that_was_erased_while_the_broker_was_away_is_never_announced()
    {
        await using var bench = await AnnouncementBench.MakeAsync(servers);
        await using var away = new BrokerConnection(new BrokerOptions { Uri = new("amqp://localhost:1/") });

        await Assert.ThrowsAsync<BrokerUnavailableException>(() => bench.AnnounceAsync(away, meanwhile: () => Task.CompletedTask));
        Assert.Equal([ResultKey], await bench.Place.KeysAsync());
        await bench.EraseAsync();
        await bench.AnnounceAsync(meanwhile: () => Task.CompletedTask);

        Assert.Empty(await bench.Place.KeysAsync());
        Assert.Empty(await bench.EventsAsync());
    }

    [Fact]
    public async Task A_study_that_another_worker_announced_anew_meanwhile_keeps_its_newest_result()
    {
        await using var bench = await AnnouncementBench.MakeAsync(servers);

        await bench.AnnounceAsync(meanwhile: async () =>
        {
            await bench.Ledger.RunAsync("replay", "--study", "p1");
            await bench.Ledger.FinishAsync(bench.Seen, new(0, 1, 0), generation: 1);
            await bench.CompleteAsync();
            await bench.AnnounceAsync(meanwhile: () => Task.CompletedTask);
        });

        Assert.Contains("\"diagnosis\": \"pneumonia\"", await bench.ResultAsync(), StringComparison.Ordinal);
        Assert.Contains("\"revision\":2", Assert.Single(await bench.EventsAsync()), StringComparison.Ordinal);
    }

    /// <summary>A completed study of one video that waits for its announcement, with a bucket and a broker.</summary>
    private sealed class AnnouncementBench : IAsyncDisposable
    {
        private readonly TestBroker _broker;
        private readonly string _queue;

        private AnnouncementBench(OperatedLedger ledger, S3Place place, TestBroker broker, SeenVideo seen)
        {
            (Ledger, Place, _broker, Seen) = (ledger, place, broker, seen);
            _queue = $"{broker.Names.Events}.heard";
            Keys = new(place.Options);
        }

        public OperatedLedger Ledger { get; }

        public S3Place Place { get; }

        public SeenVideo Seen { get; }

        public ResultKeys Keys { get; }

        public static async Task<AnnouncementBench> MakeAsync(TestServers servers)
        {
            var ledger = await OperatedLedger.MakeAsync(servers);
            var place = new S3Place(await servers.NewBucketAsync());
            await place.PutAsync("incoming/p1/a.mp4", "one");
            var seen = Assert.Single(await ledger.SeeAsync(place));
            await place.Others.DeleteObjectAsync(place.Options.Name, "incoming/p1/a.mp4", Cancellation);
            var bench = new AnnouncementBench(ledger, place, await TestBroker.NewAsync(servers), seen);
            await bench._broker.Connection.OnChannelAsync(
                async (channel, limit) =>
                {
                    await channel.QueueDeclareAsync(bench._queue, true, false, false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: limit);
                    await channel.QueueBindAsync(bench._queue, bench._broker.Names.Events, "study.*", cancellationToken: limit);
                    return true;
                },
                Cancellation);
            await ledger.FinishAsync(seen, new(0, 0, 1));
            await bench.CompleteAsync();
            return bench;
        }

        public async Task CompleteAsync()
        {
            await using (var ledger = Ledger.Open())
                await ledger.Database.ExecuteSqlAsync($"UPDATE studies SET completable_at = now()", Cancellation);
            await Ledger.Completion.CompleteStudyAsync(Seen.StudyId, Cancellation);
            Assert.Equal(WorkStatus.Done, (await Ledger.StudyAsync("p1")).Status);
        }

        public async Task EraseAsync()
        {
            await using var ledger = Ledger.Open();
            var study = await ledger.Studies.SingleAsync(Cancellation);
            await new StudyErasure(Ledger.Open, TimeProvider.System).EraseAsync(study, Place.Work, Keys, keepOut: false, Cancellation);
        }

        public Task AnnounceAsync(Func<Task> meanwhile) => AnnounceAsync(_broker.Connection, meanwhile);

        public async Task AnnounceAsync(BrokerConnection broker, Func<Task> meanwhile)
        {
            var announcer = new StudyAnnouncer(
                new StudyAnnouncements(Ledger.Open), Ledger.Results, Keys, Place.Videos, new PausedBucket(Place.Work, meanwhile),
                new StoredReports(null, new DicomReports(Ledger.Open, Place.Videos), NullLogger<StoredReports>.Instance), new BrokerEvents(broker, _broker.Names));
            using var beat = new LoopWatchdog(TimeProvider.System).Watch("announcing", TimeSpan.FromMinutes(1));
            await announcer.AnnounceAsync(beat, Cancellation);
        }

        public async Task<string> ResultAsync()
        {
            Assert.Equal([ResultKey], await Place.KeysAsync());
            using var content = await Place.Work.ReadAsync(ResultKey, int.MaxValue, Cancellation);
            return Encoding.UTF8.GetString(content!.Memory.Span);
        }

        public async Task<IReadOnlyList<string>> EventsAsync() => [.. (await _broker.TakeAsync(_queue)).Select(heard => heard.Body)];

        public async ValueTask DisposeAsync()
        {
            Place.Dispose();
            await _broker.DisposeAsync();
        }
    }

    /// <summary>Lets something happen before an object is written.</summary>
    private sealed class PausedBucket(IWorkBucket bucket, Func<Task> meanwhile) : IWorkBucket
    {
        private Func<Task>? _meanwhile = meanwhile;

        public async Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation)
        {
            if (Interlocked.Exchange(ref _meanwhile, null) is { } once)
                await once();
            return await bucket.CreateAsync(key, cancellation);
        }

        public Task PutAsync(string key, ReadOnlyMemory<byte> content, string sidecar, CancellationToken cancellation) => bucket.PutAsync(key, content, sidecar, cancellation);

        public Task PutFileAsync(string key, string path, CancellationToken cancellation) => bucket.PutFileAsync(key, path, cancellation);

        public Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation) => bucket.ReadAsync(key, most, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => bucket.DeleteAsync(key, cancellation);

        public Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation) => bucket.DeleteUnfinishedAsync(before, cancellation);

        public IAsyncEnumerable<BucketObject> ListAsync(string prefix, CancellationToken cancellation) => bucket.ListAsync(prefix, cancellation);
    }
}
