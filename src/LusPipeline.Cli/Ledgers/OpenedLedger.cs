using LusPipeline.Hosting.Configuration;
using LusPipeline.Hosting.Embedded;
using LusPipeline.Storage.Ledger;

namespace LusPipeline.Cli.Ledgers;

/// <summary>The ledger that a command works on.</summary>
/// <param name="Open">Makes a context; dispose each after use.</param>
/// <param name="Clock">The database's, or the machine's for a home folder's ledger.</param>
/// <param name="Settings">The configuration that named the database; null for a home folder's ledger.</param>
/// <param name="Home">The home folder, whose lock is held while this is not disposed; null for a database, and for commands that only read.</param>
internal sealed record OpenedLedger(Func<LedgerContext> Open, TimeProvider Clock, Settings? Settings, HomeFolder? Home) : IDisposable
{
    /// <summary>Workers share it: a sweeper publishes what waits in it.</summary>
    public bool Shared => Settings is not null;

    public void Dispose() => Home?.Dispose();
}
