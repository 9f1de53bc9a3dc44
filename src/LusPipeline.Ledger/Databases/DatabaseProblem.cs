using System.Net.Sockets;
using Npgsql;

namespace LusPipeline.Ledger.Databases;

/// <summary>Explains why a program cannot use its database, and what to do. The text never contains a password.</summary>
public static class DatabaseProblem
{
    /// <returns>Null for a failure that is due neither to the connection nor to missing rights.</returns>
    public static string? Explain(Exception failure, DatabaseOptions database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var server = connection.Host?.Contains(',', StringComparison.Ordinal) == true ? connection.Host : $"{connection.Host}:{connection.Port}";
        const string Setting = $"{DatabaseOptions.Section}:{nameof(DatabaseOptions.ConnectionString)}";
        return failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
                $"The database at {server} does not let {connection.Username ?? "this user"} in. Check Username and Password in {Setting}, and the server's pg_hba.conf.",
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                $"The server at {server} has no database {connection.Database ?? connection.Username}. Create it (CREATE DATABASE), or mend Database in {Setting}.",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
                $"{connection.Username} may not do this in the database at {server} ({refused.MessageText}). deploy/sql/roles.sql gives the roles their rights; only the migrator changes the schema.",
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
                $"The database at {server} takes no writes now: it is a standby, or set to read only. Name the primary in {Setting}, or wait until it takes writes.",
            PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
                $"The database at {server} has no connection left. Raise its max_connections, or set Maximum Pool Size in {Setting}.",
            PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } refused =>
                $"The database at {server} is starting or stopping ({refused.MessageText}). Try again in a moment.",
            PostgresException => null,
            NpgsqlException or SocketException or TimeoutException =>
                $"The database at {server} does not answer ({Innermost(failure).Message.TrimEnd('.')}). Check Host and Port in {Setting}, and that PostgreSQL runs there.",
            _ => failure.InnerException is { } inner ? Explain(inner, database) : null,
        };
    }

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;
}
