using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.UnitTests.Ledger;

public sealed class MigrationsTests
{
    public static TheoryData<LedgerContext> Contexts =>
    [
        new SqliteLedgerContext(new DbContextOptionsBuilder<SqliteLedgerContext>().UseSqliteLedger("Data Source=:memory:").Options),
        new PostgresLedgerContext(new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger("Host=localhost").Options),
    ];

    [Theory]
    [MemberData(nameof(Contexts), DisableDiscoveryEnumeration = true)]
    public void The_migrations_make_the_model(LedgerContext ledger)
    {
        Assert.NotEmpty(ledger.Database.GetMigrations());
        Assert.False(ledger.Database.HasPendingModelChanges(), "The model has a change that no migration makes. CONTRIBUTING.md says how to add one.");
    }
}
