using System.Data.Common;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Storage;

/// <summary>What SQLite and PostgreSQL have in different ways.</summary>
internal abstract class SearchDatabase : IDisposable
{
    /// <summary>The place for messages, without a password.</summary>
    public abstract string Place { get; }

    /// <summary>The file with the schema.</summary>
    public abstract string SchemaFile { get; }

    /// <summary>Lists the names of all tables.</summary>
    public abstract string TablesQuery { get; }

    /// <summary>A statement that lets one transaction at a time make tables and searches; null if every transaction is alone.</summary>
    public abstract string? CreationLock { get; }

    /// <summary>What a query of the search's row ends with, so that others wait for the transaction.</summary>
    public abstract string RowLock { get; }

    /// <summary>The condition that a trial's last heartbeat <c>b.heartbeat</c> is more than <c>@grace</c> seconds old, by the database's clock.</summary>
    public abstract string IsStale { get; }

    /// <param name="url">An address as Optuna has it.</param>
    /// <exception cref="SearchException">It is no such address.</exception>
    public static SearchDatabase Of(string url)
    {
        const string Forms = "Give sqlite:///FILE (sqlite:////FILE from the root) or postgresql://USER@HOST:PORT/DATABASE.";
        if (url.StartsWith(SqliteSearchDatabase.Scheme, StringComparison.Ordinal))
        {
            var file = url[SqliteSearchDatabase.Scheme.Length..];
            return file.Length > 0 && file != ":memory:" ? new SqliteSearchDatabase(file) : throw new SearchException($"--storage names no file. {Forms}");
        }
        if (url.StartsWith("postgres", StringComparison.Ordinal) && Uri.TryCreate(url, UriKind.Absolute, out var address)
            && (address.Scheme is "postgresql" or "postgres" || address.Scheme.StartsWith("postgresql+", StringComparison.Ordinal)))
        {
            return new PostgresSearchDatabase(address);
        }
        throw new SearchException($"--storage is neither SQLite nor PostgreSQL. {Forms}");
    }

    /// <summary>A connection that is open.</summary>
    public abstract DbConnection Connect();

    /// <summary>The expression for a parameter with a value of one of Optuna's enumerations.</summary>
    public abstract string Enumeration(string parameter, string type);

    /// <summary>A time as a parameter.</summary>
    public abstract object Time(DateTime local);

    /// <summary>What a person should know and do.</summary>
    public abstract string Explain(DbException fault);

    public abstract void Dispose();
}
