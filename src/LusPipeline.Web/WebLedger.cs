using LusPipeline.Explaining;
using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.Web;

/// <summary>The ledger whose content the pages show.</summary>
/// <param name="Open">Makes a context that cannot change anything. The caller disposes it after use.</param>
/// <param name="Status">Reads the state of the work.</param>
/// <param name="Names">Whether names of studies and videos are shown. Otherwise their ids stand in place of them.</param>
/// <param name="Clips">Gives frames and explains clips; null if frames are not shown.</param>
public sealed record WebLedger(Func<LedgerContext> Open, Func<CancellationToken, Task<PipelineStatus>> Status, bool Names, ClipExplainer? Clips = null);
