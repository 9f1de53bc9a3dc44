using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Databases;

/// <summary>
/// The migrations from before the first release. <c>Initial</c> replaced them and creates the same schema. A ledger that has all of them
/// therefore needs only a new migration history.
/// </summary>
internal static class PreReleaseMigrations
{
    private const string LastOfSqlite = "20261124191708_LargeLedgers";
    private const string LastOfPostgres = "20261124191727_LargeLedgers";

    /// <summary>The last of the provider's migrations that <c>Initial</c> replaced.</summary>
    public static string LastOf(LedgerContext ledger) => ledger is SqliteLedgerContext ? LastOfSqlite : LastOfPostgres;

    /// <summary>Replaces the old migrations by <c>Initial</c> in the migration history, in one transaction.</summary>
    /// <param name="ledger">The ledger. No other process may migrate it at the same time.</param>
    /// <param name="schema">
    /// The current version of the ledger's schema. <see cref="SchemaVersion.PreRelease"/> has to hold all migrations that <c>Initial</c>
    /// replaced.
    /// </param>
    /// <param name="cancellation">Ends the call before anything is written.</param>
    /// <returns>The version of the schema afterwards.</returns>
    public static async Task<SchemaVersion> CarryOverAsync(LedgerContext ledger, SchemaVersion schema, CancellationToken cancellation)
    {
        var history = ledger.GetService<IHistoryRepository>();
        await using (var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false))
        {
            foreach (var migration in schema.PreRelease)
                await ledger.Database.ExecuteSqlRawAsync(history.GetDeleteScript(migration), cancellation).ConfigureAwait(false);
            var initial = new HistoryRow(schema.Known[0], ProductInfo.GetVersion());
            await ledger.Database.ExecuteSqlRawAsync(history.GetInsertScript(initial), cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }
        return await SchemaVersion.ReadAsync(ledger, cancellation).ConfigureAwait(false);
    }
}
