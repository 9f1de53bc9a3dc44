using System.Diagnostics;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Intake;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.IntegrationTests.Ledger;

public sealed class DatabaseClockTests(TestServers servers)
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Before_the_first_heartbeat_there_is_no_time() =>
        Assert.Throws<InvalidOperationException>(() => new DatabaseClock().GetUtcNow());

    [Fact]
    public async Task Workers_whose_machines_are_ten_minutes_ahead_respect_leases_and_retries_by_the_databases_clock()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        await PutDatabaseBackAsync(shared);
        var (first, second) = (new Machine(shared.Open), new Machine(shared.Open));
        await first.BeatAsync();
        await second.BeatAsync();
        Assert.InRange(DateTime.UtcNow - first.Clock.GetUtcNow().UtcDateTime, Ahead - TimeSpan.FromSeconds(5), Ahead + TimeSpan.FromSeconds(5));
        var found = Assert.Single(await new VideoRegister(shared.Open, first.Clock, first.Lease, TimeSpan.FromMinutes(1))
            .ArriveAsync([SharedLedger.Seen("p1/a.mp4")], shared.Target, new(), Cancellation));

        var (_, work) = await first.Videos.StartAsync(found.VideoId, 0, alone: true, Cancellation);
        Assert.Equal(StartOutcome.Busy, (await second.Videos.StartAsync(found.VideoId, 0, alone: true, Cancellation)).Outcome);
        Assert.Empty(await second.Sweeper.TakeAsync(new(0, 0, 0), Cancellation));
        Assert.True(await first.Videos.RetryAsync(work!, Cancellation));
        Assert.Empty(await second.Sweeper.TakeAsync(new(0, 0, 0), Cancellation));
        Assert.True(await new LeasedDuties(shared.Open, first.Clock, first.Row.WorkerId, TimeSpan.FromSeconds(15)).TakeAsync(LeasedDuties.Sweep, Cancellation));
        Assert.False(await new LeasedDuties(shared.Open, second.Clock, second.Row.WorkerId, TimeSpan.FromSeconds(15)).TakeAsync(LeasedDuties.Sweep, Cancellation));

        await using var ledger = shared.Open();
        var video = await ledger.Videos.AsNoTracking().SingleAsync(Cancellation);
        Assert.InRange(DateTime.UtcNow - video.NotBefore!.Value, Ahead - TimeSpan.FromMinutes(2), Ahead);
        Assert.Equal((WorkStatus.Found, 1), (video.Status, video.Retries));
    }

    /// <summary>Its functions that tell the time tell ten minutes less.</summary>
    private static async Task PutDatabaseBackAsync(SharedLedger shared)
    {
        await using var ledger = shared.Open();
        await ledger.Database.ExecuteSqlRawAsync("""
            CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() - interval '10 minutes' $$;
            CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT pg_catalog.now() - interval '10 minutes' $$;
            """, Cancellation);
        // Where pg_catalog is named, it is not searched first.
        await ledger.Database.ExecuteSqlRawAsync("""
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$
            """, Cancellation);
        NpgsqlConnection.ClearPool((NpgsqlConnection)ledger.Database.GetDbConnection());
    }

    private sealed class Machine
    {
        private readonly Func<LedgerContext> _open;

        public Machine(Func<LedgerContext> open)
        {
            _open = open;
            Lease = new() { WorkerId = Row.WorkerId, Duration = TimeSpan.FromSeconds(30), RepublishAfter = TimeSpan.FromMinutes(5) };
            Videos = new(open, Clock, new AttemptOptions { RetryDelay = TimeSpan.FromMinutes(1) }, Lease);
            Sweeper = new(open, Clock, Lease, new SweepOptions());
        }

        public WorkerRow Row { get; } = new() { WorkerId = Guid.NewGuid(), Stages = "ingest", Host = "host", Version = "1" };
        public DatabaseClock Clock { get; } = new();
        public WorkLease Lease { get; }
        public VideoMoves Videos { get; }
        public Sweeper Sweeper { get; }

        public Task BeatAsync() => new WorkerRegister(_open, Clock).BeatAsync(Row, Cancellation);
    }

    [Fact]
    public void Time_goes_on_between_heartbeats()
    {
        var clock = new DatabaseClock();
        var told = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var asked = Stopwatch.GetTimestamp();
        clock.Synchronize(told, asked);

        var now = clock.GetUtcNow();
        while (clock.GetUtcNow() == now)
            Thread.SpinWait(100);

        Assert.InRange(clock.GetUtcNow(), new DateTimeOffset(told), new DateTimeOffset(told) + Stopwatch.GetElapsedTime(asked));
    }
}
