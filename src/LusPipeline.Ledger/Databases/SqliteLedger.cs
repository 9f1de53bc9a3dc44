using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace LusPipeline.Ledger.Databases;

/// <summary>The embedded ledger: a SQLite file, created or upgraded when it is opened.</summary>
public static class SqliteLedger
{
    /// <summary>Opens the file, makes it where it is missing, and upgrades it where this version knows a newer schema.</summary>
    /// <remarks>Only for the one process that holds the home folder: a migration lock in the file can then only be a dead process's.</remarks>
    /// <returns>Makes a context; dispose each after use.</returns>
    public static async Task<Func<LedgerContext>> OpenAsync(string path, CancellationToken cancellation)
    {
        var open = Contexts(path, SqliteOpenMode.ReadWriteCreate);
        await using var ledger = open();
        if (!File.Exists(path) || (await ledger.Database.GetPendingMigrationsAsync(cancellation).ConfigureAwait(false)).Any())
        {
            await ledger.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation).ConfigureAwait(false);
            await ledger.Database.MigrateAsync(cancellation).ConfigureAwait(false);
            await ledger.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellation).ConfigureAwait(false);
        }
        return open;
    }

    /// <summary>Opens an existing file for the commands that only read.</summary>
    /// <exception cref="InvalidDataException">Its schema is not this version's.</exception>
    public static async Task<Func<LedgerContext>> OpenToReadAsync(string path, CancellationToken cancellation)
    {
        var open = Contexts(path, SqliteOpenMode.ReadWrite);
        await using var ledger = open();
        return (await ledger.Database.GetPendingMigrationsAsync(cancellation).ConfigureAwait(false)).Any()
            ? throw new InvalidDataException($"The ledger {path} is of an older version. The next lus run upgrades it.")
            : open;
    }

    private static Func<LedgerContext> Contexts(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, DefaultTimeout = 30 };
        var options = new DbContextOptionsBuilder<SqliteLedgerContext>()
            .UseSqliteLedger(connection.ToString())
            .AddInterceptors(new SqlitePragmas())
            .Options;
        var contexts = new PooledDbContextFactory<SqliteLedgerContext>(options);
        return contexts.CreateDbContext;
    }
}
