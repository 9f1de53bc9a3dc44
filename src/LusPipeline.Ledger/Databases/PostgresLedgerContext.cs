using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

public sealed class PostgresLedgerContext(DbContextOptions<PostgresLedgerContext> options) : LedgerContext(options);
