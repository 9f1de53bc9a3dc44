using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace LusPipeline.Ledger.Databases;

/// <summary>Creates the context for <c>dotnet ef migrations add NAME --context SqliteLedgerContext</c>.</summary>
internal sealed class SqliteDesignTimeContext : IDesignTimeDbContextFactory<SqliteLedgerContext>
{
    public SqliteLedgerContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteLedgerContext>().UseSqliteLedger("Data Source=:memory:").Options);
}

/// <summary>Creates the context for <c>dotnet ef migrations add NAME --context PostgresLedgerContext</c>.</summary>
internal sealed class PostgresDesignTimeContext : IDesignTimeDbContextFactory<PostgresLedgerContext>
{
    public PostgresLedgerContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger("Host=localhost").Options);
}
