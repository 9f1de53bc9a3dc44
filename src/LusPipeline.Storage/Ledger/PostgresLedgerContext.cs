using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Storage.Ledger;

public sealed class PostgresLedgerContext(DbContextOptions<PostgresLedgerContext> options) : LedgerContext(options);
