using System.Data.Common;
using LusPipeline.Core.Outcomes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.Ledger.Databases;

/// <summary>Recognises a ledger that cannot be read or written. No video is at fault: the process stops and says what to repair.</summary>
public static class LedgerFault
{
    /// <summary>SQLITE_FULL, https://sqlite.org/rescode.html.</summary>
    private const int Full = 13;

    /// <summary>Whether the ledger failed. EF Core wraps transient failures in an exception of its own.</summary>
    public static bool Is(Exception failure) =>
        failure is DbException or DbUpdateException or InvalidOperationException { InnerException: DbException };

    public static BrokenEngineException Wrap(Exception failure) => new(
        (failure as NpgsqlException ?? failure.InnerException as NpgsqlException) is { } refused
            ? $"The database refuses what it is asked ({refused.Message.TrimEnd('.')}). See lus doctor: rights come from deploy/sql/roles.sql, the schema from lus db migrate. Nothing is lost."
            : failure is SqliteException { SqliteErrorCode: Full }
            ? "The disk that holds the ledger is full. Free some space on it, or choose a --home on another disk; nothing is lost, and the next run goes on from here."
            : $"The ledger cannot be used ({failure.Message.TrimEnd('.')}). Check that its folder can be written and its disk is sound; the next run goes on from here.",
        failure);
}
