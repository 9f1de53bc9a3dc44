using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>Sets up each provider in the same way at design time, in tests and in production.</summary>
public static class LedgerProviders
{
    public static DbContextOptionsBuilder<SqliteLedgerContext> UseSqliteLedger(
        this DbContextOptionsBuilder<SqliteLedgerContext> options, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.UseSqlite(connectionString).UseSnakeCaseNamingConvention();
        return options;
    }

    public static DbContextOptionsBuilder<PostgresLedgerContext> UsePostgresLedger(
        this DbContextOptionsBuilder<PostgresLedgerContext> options, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.UseNpgsql(connectionString).UseSnakeCaseNamingConvention();
        return options;
    }
}
