using System.Data.Common;
using System.Globalization;
using LusPipeline.Training.Search.Trials;
using Npgsql;

namespace LusPipeline.Training.Search.Storage;

/// <summary>A search in a database of PostgreSQL.</summary>
internal sealed class PostgresSearchDatabase : SearchDatabase
{
    private readonly NpgsqlDataSource _source;

    /// <param name="address">The address, with percent codes as in every address.</param>
    /// <exception cref="SearchException">It names no database, or an option that Npgsql does not know.</exception>
    public PostgresSearchDatabase(Uri address)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host.Length > 0 ? address.Host : "localhost",
            Port = address.Port > 0 ? address.Port : 5432,
            Database = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/')),
        };
        if (builder.Database is not { Length: > 0 } database)
            throw new SearchException("--storage names no database. Give postgresql://USER@HOST:PORT/DATABASE.");
        var user = address.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        // Without one, Npgsql takes that of PGPASSWORD, PGPASSFILE or ~/.pgpass.
        if (user.Length == 2)
            builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var option in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = option.Split('=', 2) is [var left, var right] ? (Uri.UnescapeDataString(left), Uri.UnescapeDataString(right)) : (option, "");
            try
            {
                builder[name] = name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            catch (Exception fault) when (fault is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException)
            {
                throw new SearchException($"--storage has the option '{name}', whose name or value is not known. Leave it out.", fault);
            }
        }
        Place = string.Create(CultureInfo.InvariantCulture, $"the database '{database}' on {builder.Host}:{builder.Port}");
        _source = NpgsqlDataSource.Create(builder);
    }

    public override string Place { get; }

    public override string SchemaFile => "optuna-postgresql.sql";

    public override string TablesQuery => "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()";

    /// <summary>The number says nothing: it is the same in all processes of this program.</summary>
    public override string? CreationLock => "SELECT pg_advisory_xact_lock(728020299)";

    public override string RowLock => " FOR UPDATE";

    /// <summary>Optuna's heartbeats are in the session's zone.</summary>
    public override string IsStale => "CAST(CURRENT_TIMESTAMP AS timestamp) - b.heartbeat > @grace * INTERVAL '1 second'";

    public override DbConnection Connect() => _source.OpenConnection();

    public override string Enumeration(string parameter, string type) => $"CAST({parameter} AS {type})";

    public override object Time(DateTime local) => DateTime.SpecifyKind(local, DateTimeKind.Unspecified);

    public override string Explain(DbException fault) => fault switch
    {
        PostgresException { SqlState: "3D000" } => "It does not exist. Make it: createdb.",
        PostgresException { SqlState: "28P01" or "28000" } => "It refuses the user or the password.",
        PostgresException { SqlState: "42501" } => "The user may not write to it.",
        PostgresException { SqlState: "53100" } => "Its disk is full. The same command goes on when there is room.",
        PostgresException other => $"{other.MessageText} ({other.SqlState}). The same command goes on when that is mended.",
        _ => $"It does not answer ({fault.InnerException?.Message ?? fault.Message}). The same command goes on when it does.",
    };

    public override void Dispose() => _source.Dispose();
}
