using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Storage.Ledger;

public sealed class SqliteLedgerContext(DbContextOptions<SqliteLedgerContext> options) : LedgerContext(options);
