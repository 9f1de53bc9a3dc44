using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Worker;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Rows;
using LusPipeline.Media.Cutting;
using LusPipeline.Pipeline.Ingest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>The loops of a worker as <c>/health/live</c> knows them.</summary>
public sealed class LoopsTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_long_lived_loops_of_a_worker_are_watched()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        var url = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        fleet.Start("all", ("LUS__Http__Url", url.AbsoluteUri), ("LUS__Watch__Interval", "1h"));
        using var client = new HttpClient { BaseAddress = url };

        await UntilAsync(async () => await LiveAsync(client) is { Status: HttpStatusCode.OK, Loops: ["backlog", "heartbeat", "sweep", "watch"] });
    }

    [Fact]
    public async Task A_loop_that_stands_still_makes_the_process_not_live_and_is_named()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        // A statement that is never answered and never given up.
        using var patient = SharedLedger.Connect($"{shared.ConnectionString};Command Timeout=0");
        var clock = new HurriedClock();
        using var host = Host(clock);
        await host.StartAsync(Cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var bench = new Bench(host.Services.GetRequiredService<LoopWatchdog>(), clock, patient.Open);
        using var heartbeat = bench.Heartbeat();
        await heartbeat.StartAsync(Cancellation);
        await using var locking = new NpgsqlConnection($"{shared.ConnectionString};Pooling=false");
        await locking.OpenAsync(Cancellation);
        await using (var locks = new NpgsqlCommand("BEGIN; LOCK TABLE clips, workers IN ACCESS EXCLUSIVE MODE", locking))
            await locks.ExecuteNonQueryAsync(Cancellation);
        using var backlog = bench.Backlog();
        await backlog.StartAsync(Cancellation);
        var begun = new TaskCompletionSource();
        var watching = bench.Duty().RunAsync("watch", "watch", TimeSpan.FromMilliseconds(10), (_, cancellation) =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancellation);
        }, stop.Token);
        var sweeping = bench.Duty().RunAsync("sweep", "sweep", TimeSpan.FromMilliseconds(10), (_, _) => Task.CompletedTask, stop.Token);
        await begun.Task.WaitAsync(Patience, Cancellation);
        // A heartbeat that is still on its way would beat at the later time.
        await UntilAsync(async () => await BlockedAsync(locking) == 2);

        clock.Pass(TimeSpan.FromHours(1));

        using var client = new HttpClient { BaseAddress = host.Services.GetServices<IHostedService>().OfType<HttpServer>().Single().Address };
        await UntilAsync(async () => await LiveAsync(client) is { Status: HttpStatusCode.ServiceUnavailable, Standing: ["backlog", "heartbeat", "watch"] });

        await stop.CancelAsync();
        await Task.WhenAll(watching, sweeping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await locking.CloseAsync();
        await backlog.StopAsync(Cancellation);
        await heartbeat.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData("backlog")]
    [InlineData("watch")]
    public async Task An_outage_that_is_waited_out_is_no_standing_still(string name)
    {
        const int Tries = 40;
        var clock = new HurriedClock();
        var loops = new LoopWatchdog(clock);
        using var away = SharedLedger.Connect("Host=127.0.0.1;Port=1;Database=lus;Username=lus;Timeout=5");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var seen = new ConcurrentQueue<(string, bool)>();
        var enough = new TaskCompletionSource();
        var bench = new Bench(loops, clock, () =>
        {
            seen.Enqueue(loops.All.Single());
            clock.Pass(TimeSpan.FromMinutes(0.5));
            if (seen.Count == Tries)
                enough.SetResult();
            return away.Open();
        });
        using var backlog = bench.Backlog();
        var looping = name == "backlog"
            ? backlog.StartAsync(Cancellation)
            : bench.Duty().RunAsync(name, name, TimeSpan.FromHours(1), (_, _) => Task.CompletedTask, stop.Token);

        await enough.Task.WaitAsync(Patience, Cancellation);

        Assert.Equal(Enumerable.Repeat((name, false), Tries), seen.Take(Tries));
        await stop.CancelAsync();
        await looping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await backlog.StopAsync(Cancellation);
    }

    /// <summary>Statements that wait for what a connection has locked.</summary>
    private static async Task<long> BlockedAsync(NpgsqlConnection locking)
    {
        await using var waiting = new NpgsqlCommand(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))", locking);
        return (long)(await waiting.ExecuteScalarAsync(Cancellation))!;
    }

    private static IHost Host(TimeProvider clock)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Services.AddSingleton(clock);
        builder.AddHttp(new() { Url = new("http://127.0.0.1:0") });
        return builder.Build();
    }

    private static async Task<(HttpStatusCode Status, string[] Loops, string[] Standing)> LiveAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("health/live", UriKind.Relative), Cancellation);
        var checks = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("checks").EnumerateArray().ToList();
        return (
            answer.StatusCode, [.. checks.Select(check => check.GetProperty("name").GetString()!)],
            [.. checks.Where(check => !check.GetProperty("healthy").GetBoolean()).Select(check => check.GetProperty("name").GetString()!)]);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds; ; await Task.Delay(100, Cancellation))
        {
            try
            {
                if (await holds())
                    return;
            }
            catch (HttpRequestException) when (Environment.TickCount64 < deadline)
            {
                continue; // It does not answer yet.
            }
            Assert.True(Environment.TickCount64 < deadline, "Waited in vain.");
        }
    }

    /// <summary>Loops as a worker's host makes them.</summary>
    private sealed class Bench(LoopWatchdog loops, TimeProvider clock, Func<LedgerContext> open)
    {
        private readonly OutageWait _outages = new(clock, NullLogger<OutageWait>.Instance);
        private readonly LeaseOptions _lease = new() { Heartbeat = TimeSpan.FromMilliseconds(500), Duration = TimeSpan.FromSeconds(3) };
        private readonly Guid _worker = Guid.NewGuid();

        private FatalError Fault => new(_outages);

        public DutyLoop Duty() => new(new LeasedDuties(open, TimeProvider.System, _worker, _lease.Duration), _lease, new S3Options(), new ArchiveOptions(), Fault, _outages, loops);

        public ClipBacklog Backlog() => new(
            new ClipTakers(open, TimeProvider.System, new WorkLease { Duration = _lease.Duration }), new ClipPermits(new ClipGate(1), new StageEvents()), new ClipGate(1), new StalledBundles(),
            new StageEvents(), Fault, _outages, loops);

        public Heartbeat Heartbeat() => new(
            new WorkerRegister(open, new DatabaseClock()), new WorkerRow { WorkerId = _worker, Stages = "all", Host = "here", Version = "1" },
            open, () => [], _lease, Fault, _outages, loops, TimeProvider.System, NullLogger<Heartbeat>.Instance);
    }

    /// <summary>Time passes when it is told to, and nobody waits for it.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);

        public void Pass(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);
    }
}
