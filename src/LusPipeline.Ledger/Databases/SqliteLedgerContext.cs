using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

public sealed class SqliteLedgerContext(DbContextOptions<SqliteLedgerContext> options) : LedgerContext(options);
