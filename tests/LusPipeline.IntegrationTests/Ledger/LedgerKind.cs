namespace LusPipeline.IntegrationTests.Ledger;

public enum LedgerKind
{
    Postgres,
    Sqlite,
}
