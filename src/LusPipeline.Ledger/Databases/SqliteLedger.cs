using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace LusPipeline.Ledger.Databases;

/// <summary>The embedded ledger: a SQLite file that is created or upgraded when it is opened.</summary>
public static class SqliteLedger
{
    /// <summary>Opens the file. Creates it if it is missing, and upgrades it if its schema is older than this version's.</summary>
    /// <remarks>
    /// Only the one process that holds the home folder may call this. A migration lock that is found in the file was then left by a process
    /// that died.
    /// </remarks>
    /// <returns>A function that creates contexts. Dispose each context after use.</returns>
    /// <exception cref="LedgerVersionException">The file is so old that this program cannot upgrade it.</exception>
    public static async Task<Func<LedgerContext>> OpenAsync(string path, CancellationToken cancellation)
    {
        MakePrivate(path);
        var open = Contexts(path, readOnly: false);
        await using var ledger = open();
        var schema = await SchemaVersion.ReadAsync(ledger, cancellation).ConfigureAwait(false);
        if (schema.IsTooOld)
            throw new LedgerVersionException(TooOld(path, schema));
        if (schema.Pending.Count > 0)
        {
            await ledger.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation).ConfigureAwait(false);
            if (schema.PreRelease.Count > 0)
                await PreReleaseMigrations.CarryOverAsync(ledger, schema, cancellation).ConfigureAwait(false);
            await ledger.Database.MigrateAsync(cancellation).ConfigureAwait(false);
            await ledger.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellation).ConfigureAwait(false);
        }
        return open;
    }

    /// <summary>Opens an existing file for commands that make no new ledger.</summary>
    /// <param name="readOnly">Whether SQLite refuses every change.</param>
    /// <exception cref="InvalidDataException">The schema of the file is not that of this version.</exception>
    public static async Task<Func<LedgerContext>> OpenToReadAsync(string path, CancellationToken cancellation, bool readOnly = false)
    {
        var open = Contexts(path, readOnly);
        await using var ledger = open();
        var schema = await SchemaVersion.ReadAsync(ledger, cancellation).ConfigureAwait(false);
        if (schema.IsTooOld)
            throw new InvalidDataException(TooOld(path, schema));
        return schema.Pending.Count > 0
            ? throw new InvalidDataException($"The ledger {path} is of an older version. The next lus run upgrades it.")
            : open;
    }

    /// <summary>
    /// Rewrites the file without the content of deleted rows, and empties its write-ahead log. SQLite does not overwrite deleted rows by
    /// itself. The file needs as much free disk space again while this runs.
    /// </summary>
    /// <returns>False if another process reads the ledger, so that the log still holds old content until that process ends.</returns>
    public static async Task<bool> RewriteAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(open);
        await using var ledger = open();
        ledger.Database.SetCommandTimeout(TimeSpan.Zero);
        await ledger.Database.ExecuteSqlRawAsync("VACUUM", cancellation).ConfigureAwait(false);
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var checkpoint = ledger.Database.GetDbConnection().CreateCommand();
        checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        // Returns busy, pages in the log and pages that were copied: https://sqlite.org/pragma.html#pragma_wal_checkpoint.
        return Convert.ToInt64(await checkpoint.ExecuteScalarAsync(cancellation).ConfigureAwait(false), CultureInfo.InvariantCulture) == 0;
    }

    /// <summary>
    /// Restricts the file to its owner, because names of files may contain a patient's name. SQLite gives its log and its index the same
    /// rights.
    /// </summary>
    private static void MakePrivate(string path)
    {
        const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (File.Exists(path))
            File.SetUnixFileMode(path, OwnersOnly);
        else
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnersOnly }).Dispose();
    }

    private static string TooOld(string path, SchemaVersion schema) =>
        $"The ledger {path} is from before the first release, at {schema.PreRelease[^1]}, and this program cannot upgrade it. "
        + "Give another --home: lus run makes a new ledger there and analyses the videos again.";

    private static Func<LedgerContext> Contexts(string path, bool readOnly)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 30 };
        var options = new DbContextOptionsBuilder<SqliteLedgerContext>()
            .UseSqliteLedger(connection.ToString())
            .AddInterceptors(new SqlitePragmas(readOnly))
            .Options;
        var contexts = new PooledDbContextFactory<SqliteLedgerContext>(options);
        return contexts.CreateDbContext;
    }
}
