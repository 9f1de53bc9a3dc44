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
    /// has no free connection or is a read-only replica. Class 08 covers errors of the connection itself.
    /// </summary>
    private static readonly HashSet<string> Passing =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown,
        PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.TooManyConnections, PostgresErrorCodes.DeadlockDetected,
        PostgresErrorCodes.SerializationFailure,
    ];

    /// <summary>Whether the same request may succeed later although nobody changes anything.</summary>
    public static bool Is(Exception failure) => failure switch
    {
        PostgresException refused => Passing.Contains(refused.SqlState) || refused.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException lost => lost.IsTransient || lost.InnerException is SocketException or IOException or TimeoutException,
        DbUpdateException { InnerException: { } inner } => Is(inner),
        InvalidOperationException { InnerException: DbException inner } => Is(inner),
        _ => false,
    };
}
