using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

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

    [Theory]
    [MemberData(nameof(Contexts), DisableDiscoveryEnumeration = true)]
    public void The_compiled_model_is_the_model(LedgerContext ledger)
    {
        var written = ledger.GetService<IDesignTimeModel>().Model;

        Assert.NotSame(written, ledger.Model);
        Assert.True(Text(written) == Text(ledger.Model), "The compiled model is of another version. CONTRIBUTING.md says how to renew it.");

        // Other tests read rows of other types, which a model lists too.
        static string Text(IModel model) => string.Join(
            '\n',
            model.GetEntityTypes().Select(rows => rows.ToDebugString(MetadataDebugStringOptions.ShortDefault)).Append(model.GetRelationalModel().ToDebugString(MetadataDebugStringOptions.ShortDefault)));
    }
}
