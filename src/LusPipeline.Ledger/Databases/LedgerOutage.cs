using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.Ledger.Databases;

/// <summary>Tells a database that is temporarily unavailable from one that refuses a request.</summary>
public static class LedgerOutage
{
    /// <summary>
    /// PostgreSQL error codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) of a server that stops, starts, fails over,
    /// has no free connection, is a read-only replica, or takes no connections while another database takes its name (55000). Class 08 covers
    /// errors of the connection itself.
    /// </summary>
    private static readonly HashSet<string> Passing =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown,
        PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.TooManyConnections, PostgresErrorCodes.DeadlockDetected,
        PostgresErrorCodes.SerializationFailure, PostgresErrorCodes.ObjectNotInPrerequisiteState,
    ];

    /// <summary>Whether the same request may succeed later although nobody changes anything.</summary>
    public static bool Is(Exception failure) => failure switch
    {
        // With a detail, the database was renamed while the connection was made. Without one, there is none of that name.
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } renamed => renamed.Detail is not null,
        PostgresException refused => Passing.Contains(refused.SqlState) || refused.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException lost => lost.IsTransient || lost.InnerException is SocketException or IOException or TimeoutException,
        DbUpdateException { InnerException: { } inner } => Is(inner),
        InvalidOperationException { InnerException: DbException inner } => Is(inner),
        _ => false,
    };
}
