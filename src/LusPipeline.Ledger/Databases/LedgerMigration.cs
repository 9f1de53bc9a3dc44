using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Databases;

/// <summary>Brings the schema of a PostgreSQL ledger to this program's version. Each migration is one transaction.</summary>
public sealed class LedgerMigration(Func<LedgerContext> open)
{
    /// <summary>Key of the PostgreSQL advisory lock that lets one migration run at a time in a database.</summary>
    private const long Lock = 7_815_347_020_261_124;

    /// <param name="waiting">Called when another migration is running and this one has to wait for it.</param>
    /// <param name="applied">
    /// Called with the name of each migration that was applied, or that was written into the history of a ledger from before the first
    /// release.
    /// </param>
    /// <returns>The version of the schema afterwards, and the roles that were given their rights.</returns>
    /// <exception cref="LedgerVersionException">The schema is newer than this program, or so old that this program cannot upgrade it.</exception>
    public async Task<(string Version, IReadOnlyList<string> Roles)> RunAsync(Action waiting, Action<string> applied, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(applied);
        await using var ledger = open();
        // Building an index of a large table can take long, so there is no time limit.
        ledger.Database.SetCommandTimeout(TimeSpan.Zero);
        // The lock belongs to the connection. PostgreSQL releases it when this process ends in any way.
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        if (!(await ledger.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_lock({Lock}) AS "Value" """).ToListAsync(cancellation).ConfigureAwait(false)).Single())
        {
            waiting();
            await ledger.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({Lock})", cancellation).ConfigureAwait(false);
        }
        try
        {
            var schema = await SchemaVersion.ReadAsync(ledger, cancellation).ConfigureAwait(false);
            schema.RequireUpgradable();
            if (schema.PreRelease.Count > 0)
            {
                schema = await PreReleaseMigrations.CarryOverAsync(ledger, schema, cancellation).ConfigureAwait(false);
                applied(schema.Known[0]);
            }
            var migrator = ledger.GetService<IMigrator>();
            foreach (var migration in schema.Pending)
            {
                await migrator.MigrateAsync(migration, cancellation).ConfigureAwait(false);
                applied(migration);
            }
            // This also runs when no migration was pending: roles may have been created since.
            var roles = await ledger.Database.SqlQuery<string>($"""SELECT grant_rights() AS "Value" """).ToListAsync(cancellation).ConfigureAwait(false);
            return (schema.Known[^1], roles);
        }
        finally
        {
            await ledger.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({Lock})", CancellationToken.None).ConfigureAwait(false);
        }
    }
}
