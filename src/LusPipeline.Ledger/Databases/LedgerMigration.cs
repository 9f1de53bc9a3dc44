using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Databases;

/// <summary>Brings the schema of a PostgreSQL ledger to this program's version, one migration a transaction.</summary>
public sealed class LedgerMigration(Func<LedgerContext> open)
{
    /// <summary>Of PostgreSQL's advisory locks: one migration at a time in a database.</summary>
    private const long Lock = 7_815_347_020_261_124;

    /// <param name="waiting">Called when another migration is under way and has to end first.</param>
    /// <param name="applied">Called with the name of each migration that was applied.</param>
    /// <returns>The version that the schema has now, and the roles that were given their rights.</returns>
    /// <exception cref="LedgerVersionException">The schema is newer than this program.</exception>
    public async Task<(string Version, IReadOnlyList<string> Roles)> RunAsync(Action waiting, Action<string> applied, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(applied);
        await using var ledger = open();
        // An index of a large table takes as long as it takes.
        ledger.Database.SetCommandTimeout(TimeSpan.Zero);
        // The lock is the connection's and goes with it, however this process ends.
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        if (!(await ledger.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_lock({Lock}) AS "Value" """).ToListAsync(cancellation).ConfigureAwait(false)).Single())
        {
            waiting();
            await ledger.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({Lock})", cancellation).ConfigureAwait(false);
        }
        try
        {
            var schema = await SchemaVersion.ReadAsync(ledger, cancellation).ConfigureAwait(false);
            schema.RequireNotNewer();
            var migrator = ledger.GetService<IMigrator>();
            foreach (var migration in schema.Pending)
            {
                await migrator.MigrateAsync(migration, cancellation).ConfigureAwait(false);
                applied(migration);
            }
            // Also when nothing was pending: roles may have been made since.
            var roles = await ledger.Database.SqlQuery<string>($"""SELECT grant_rights() AS "Value" """).ToListAsync(cancellation).ConfigureAwait(false);
            return (schema.Known[^1], roles);
        }
        finally
        {
            await ledger.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({Lock})", CancellationToken.None).ConfigureAwait(false);
        }
    }
}
