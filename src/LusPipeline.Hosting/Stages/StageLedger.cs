using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Stages;

/// <summary>What every process that runs stages does with its ledger, whichever database it is.</summary>
internal sealed class StageLedger
{
    /// <param name="open">Makes a context; each is disposed after use.</param>
    /// <param name="clock">The database's, or the machine's where one process has the ledger.</param>
    /// <param name="attempts">Of one video or clip.</param>
    /// <param name="lease">Of the worker; null where one process has the ledger.</param>
    /// <param name="sweeps">How much is settled at a time.</param>
    /// <param name="events">Told what becomes final.</param>
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

    /// <summary>Makes the parts services of a host.</summary>
    public void AddTo(IServiceCollection services) => services
        .AddSingleton(Open).AddSingleton(Bundles).AddSingleton(Videos).AddSingleton(Clips).AddSingleton(Studies)
        .AddSingleton(Completion).AddSingleton(Settlement).AddSingleton(Results);
}
