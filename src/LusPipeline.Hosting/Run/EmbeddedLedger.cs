using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Intake;

namespace LusPipeline.Hosting.Run;

/// <summary>Everything that a run does with its SQLite ledger.</summary>
/// <param name="Hashes">Content hashes of files that were read before.</param>
/// <param name="Register">Registers the videos that a listing found.</param>
/// <param name="Pending">Reads the messages of work that is not finished.</param>
/// <param name="Stages">What the stages use of the ledger.</param>
internal sealed record EmbeddedLedger(ContentHashes Hashes, VideoRegister Register, PendingWork Pending, StageLedger Stages)
{
    public static async Task<EmbeddedLedger> OpenAsync(
        HomeFolder home, RunRequest request, StageEvents events, TimeProvider clock, CancellationToken cancellation)
    {
        var open = await SqliteLedger.OpenAsync(home.LedgerFile, cancellation).ConfigureAwait(false);
        var hashes = await ContentHashes.LoadAsync(open, cancellation).ConfigureAwait(false);
        return new(hashes, new(open, clock), new(open, clock), new(open, clock, request.Attempts, lease: null, new SweepOptions(), events));
    }
}
