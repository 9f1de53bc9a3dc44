using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Worker;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Media.Cutting;
using LusPipeline.Pipeline.Ingest;
using LusPipeline.Pipeline.Intake;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Clips whose bundle no living worker has, in the room for clips that wait for features.</summary>
public sealed class ClipBacklogTests(TestServers servers)
{
    private const string Other = "c2c2c2c2c2c2c2";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clips_that_nobody_can_take_leave_room_for_those_that_are_taken()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(Other, "other", "1", 0.5, Cancellation);
        var events = new StageEvents();
        using var gate = new ClipGate(2);
        using var permits = new ClipPermits(gate, events);
        var stalled = new StalledBundles();
        var outages = new OutageWait(TimeProvider.System, NullLogger<OutageWait>.Instance);
        using var backlog = new ClipBacklog(
            new ClipTakers(shared.Open, shared.Clock, new LedgerWorker(shared).Lease), permits, gate, stalled, events, new FatalError(outages), outages,
            new LoopWatchdog(TimeProvider.System));
        var ingest = await shared.JoinAsync();
        var register = new VideoRegister(shared.Open, shared.Clock, ingest.Lease, SharedLedger.Quiet);
        var found = Assert.Single(await register.ArriveAsync(
            [SharedLedger.Seen("p1/a.mp4")], new VideoTarget(ClipPlan.Whole(20), Other, "fp32"), new VideoLimits(), Cancellation));
        // This worker has cut one of the clips itself, under a permit.
        var clips = await ingest.CutAsync(found, clips: 2);
        await gate.AcquireAsync(1, Cancellation);
        Assert.True(permits.TryHold(clips[0].ClipId));

        // Nobody computes features yet: ingest waits for the first one who does.
        await backlog.CheckAsync(Cancellation);
        Assert.Equal(0, gate.Free);
        stalled.Check(Other);

        var features = await shared.JoinAsync();
        await ComputesAsync(shared, features, SharedLedger.Bundle);
        await backlog.CheckAsync(Cancellation);
        Assert.Equal(2, gate.Free);
        Assert.Empty(permits.Waiting);
        Assert.Throws<MissingModelException>(() => stalled.Check(Other));
        stalled.Check(SharedLedger.Bundle);

        // A dead worker's bundles are nobody's.
        var dead = await shared.JoinAsync();
        await ComputesAsync(shared, dead, $"{SharedLedger.Bundle},{Other}");
        shared.Clock.Move(16);
        await features.BeatAsync();
        await backlog.CheckAsync(Cancellation);
        Assert.Equal(2, gate.Free);

        await dead.BeatAsync();
        await backlog.CheckAsync(Cancellation);
        Assert.Equal(0, gate.Free);
        stalled.Check(Other);
    }

    private static async Task ComputesAsync(SharedLedger shared, LedgerWorker worker, string bundles)
    {
        await using var ledger = shared.Open();
        Assert.Equal(1, await ledger.Workers.Where(row => row.WorkerId == worker.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Bundles, bundles), Cancellation));
    }
}
