using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Stages;

/// <summary>What every process that runs stages uses of its ledger, on PostgreSQL or SQLite.</summary>
internal sealed class StageLedger
{
    /// <param name="open">Opens a context. Each is disposed after use.</param>
    /// <param name="clock">The database's clock; the machine's clock if one process alone uses the ledger.</param>
    /// <param name="attempts">How often work on a video or clip is tried.</param>
    /// <param name="lease">The worker's lease; null if one process alone uses the ledger.</param>
    /// <param name="sweeps">How many videos are settled at a time.</param>
    /// <param name="events">Gets the videos and studies that become final.</param>
    public StageLedger(
        Func<LedgerContext> open, TimeProvider clock, AttemptOptions attempts, WorkLease? lease, SweepOptions sweeps, StageEvents events)
    {
        Open = open;
        Bundles = new(open, clock);
        Videos = new(open, clock, attempts, lease);
        Clips = new(open, clock, attempts, lease);
        Studies = new(open, clock);
        Completion = new(Videos, Studies, events);
        Settlement = new(open, clock, Videos, Completion, sweeps);
        Results = new(open);
    }

    public Func<LedgerContext> Open { get; }
    public BundleRegister Bundles { get; }
    public VideoMoves Videos { get; }
    public ClipMoves Clips { get; }
    public StudyMoves Studies { get; }
    public Completion Completion { get; }
    public VideoSettlement Settlement { get; }
    public ResultReader Results { get; }

    /// <summary>Registers the parts among a host's services.</summary>
    public void AddTo(IServiceCollection services) => services
        .AddSingleton(Open).AddSingleton(Bundles).AddSingleton(Videos).AddSingleton(Clips).AddSingleton(Studies)
        .AddSingleton(Completion).AddSingleton(Settlement).AddSingleton(Results);
}
