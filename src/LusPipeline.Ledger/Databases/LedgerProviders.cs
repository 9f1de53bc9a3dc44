using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LusPipeline.Ledger.Databases;

/// <summary>Sets up each provider in the same way at design time, in tests and in production.</summary>
public static class LedgerProviders
{
    public static DbContextOptionsBuilder<SqliteLedgerContext> UseSqliteLedger(
        this DbContextOptionsBuilder<SqliteLedgerContext> options, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.UseSqlite(connectionString).UseSnakeCaseNamingConvention().ConfigureWarnings(LeaveModelChangesToTests);
        return options;
    }

    public static DbContextOptionsBuilder<PostgresLedgerContext> UsePostgresLedger(
        this DbContextOptionsBuilder<PostgresLedgerContext> options, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.UseNpgsql(connectionString).UseSnakeCaseNamingConvention().ConfigureWarnings(LeaveModelChangesToTests);
        return options;
    }

    /// <summary>
    /// EF Core compares the model with the migrations whenever it migrates, which takes a tenth of a second. Both are compiled into this
    /// assembly, so a test compares them instead.
    /// </summary>
    private static void LeaveModelChangesToTests(WarningsConfigurationBuilder warnings) => warnings.Ignore(RelationalEventId.PendingModelChangesWarning);
}
