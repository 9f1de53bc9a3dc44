using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Hosting.Run;

/// <summary>Everything that a run does with its SQLite ledger.</summary>
internal sealed class EmbeddedLedger
{
    private EmbeddedLedger(Func<LedgerContext> open, ContentHashes hashes, RunRequest request, StageEvents events, TimeProvider clock)
    {
        Open = open;
        Hashes = hashes;
        Register = new(open, clock);
        Bundles = new(open, clock);
        Videos = new(open, clock, request.Attempts);
        Clips = new(open, clock, request.Attempts);
        Studies = new(open, clock);
        Pending = new(open, clock);
        Completion = new(Videos, Studies, events);
        Settlement = new(open, clock, Videos, Completion, new SweepOptions());
        Results = new(open);
    }

    public Func<LedgerContext> Open { get; }
    public ContentHashes Hashes { get; }
    public VideoRegister Register { get; }
    public BundleRegister Bundles { get; }
    public VideoMoves Videos { get; }
    public ClipMoves Clips { get; }
    public StudyMoves Studies { get; }
    public PendingWork Pending { get; }
    public Completion Completion { get; }
    public VideoSettlement Settlement { get; }
    public ResultReader Results { get; }

    public static async Task<EmbeddedLedger> OpenAsync(
        HomeFolder home, RunRequest request, StageEvents events, TimeProvider clock, CancellationToken cancellation)
    {
        var open = await SqliteLedger.OpenAsync(home.LedgerFile, cancellation).ConfigureAwait(false);
        return new(open, await ContentHashes.LoadAsync(open, cancellation).ConfigureAwait(false), request, events, clock);
    }
}
