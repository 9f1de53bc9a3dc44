using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.Cli.Ledgers;

/// <summary>The ledger that a command works on.</summary>
/// <param name="Open">Makes a context; dispose each after use.</param>
/// <param name="Clock">The database's, or the machine's for a home folder's ledger.</param>
/// <param name="Settings">The configuration that named the database; null for a home folder's ledger.</param>
/// <param name="Home">The home folder, whose lock is held while this is not disposed; null for a database, and for commands that only read.</param>
internal sealed record OpenedLedger(Func<LedgerContext> Open, TimeProvider Clock, LoadedSettings? Settings, HomeFolder? Home) : IDisposable
{
    /// <summary>Workers share it: a sweeper publishes what waits in it.</summary>
    public bool Shared => Settings is not null;

    /// <summary>Where its objects are.</summary>
    /// <exception cref="ConfigurationException">The workers' bucket is not configured.</exception>
    public LedgerObjects OpenObjects() => Settings switch
    {
        null => new(Home ?? throw new InvalidOperationException("A ledger that was opened to read has no objects.")),
        { } settings when string.IsNullOrEmpty(settings.Get<S3Options>().Name) => throw new ConfigurationException(
            [new($"{S3Options.Section}:{nameof(S3Options.Name)}", null, "is required: the objects of this ledger lie in the workers' bucket.")]),
        { } settings => new(settings),
    };

    public void Dispose() => Home?.Dispose();
}
