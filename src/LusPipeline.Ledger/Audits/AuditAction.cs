namespace LusPipeline.Ledger.Audits;

/// <summary>The moves that people make, as the audit names them.</summary>
public static class AuditAction
{
    public const string Replay = "replay";
    public const string Cancel = "cancel";
    public const string Delete = "delete";

    /// <summary>Hashes of deleted videos stay, so that watchers pass them by.</summary>
    public const string KeepOut = "keep-out";
    public const string Prune = "prune";
}
