using System.Data.Common;
using System.Globalization;
using LusPipeline.Training.Search.Trials;
using Microsoft.Data.Sqlite;

namespace LusPipeline.Training.Search.Storage;

/// <summary>A search in a file of SQLite. Writers wait for each other.</summary>
internal sealed class SqliteSearchDatabase : SearchDatabase
{
    public const string Scheme = "sqlite:///";

    private const int BusySeconds = 30;
    private readonly string _file;
    private readonly string _connection;

    /// <exception cref="SearchException">The folder is missing.</exception>
    public SqliteSearchDatabase(string file)
    {
        _file = Path.GetFullPath(file);
        if (!Directory.Exists(Path.GetDirectoryName(_file)))
            throw new SearchException($"--storage: the folder of '{_file}' does not exist. Make it, or give another file.");
        if (Directory.Exists(_file))
            throw new SearchException($"--storage: '{_file}' is a folder. Give a file.");
        _connection = new SqliteConnectionStringBuilder { DataSource = _file, DefaultTimeout = BusySeconds }.ConnectionString;
    }

    public override string Place => $"'{_file}'";

    public override string SchemaFile => "optuna-sqlite.sql";

    public override string TablesQuery => "SELECT name FROM sqlite_master WHERE type = 'table'";

    public override string? CreationLock => null;

    /// <summary>A transaction begins with the lock of the whole file.</summary>
    public override string RowLock => "";

    public override string IsStale => "strftime('%s', CURRENT_TIMESTAMP) - strftime('%s', b.heartbeat) > @grace";

    public override DbConnection Connect()
    {
        var connection = new SqliteConnection(_connection);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout = 30000";
        command.ExecuteNonQuery();
        return connection;
    }

    public override string Enumeration(string parameter, string type) => parameter;

    public override object Time(DateTime local) => local.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    public override string Explain(DbException fault) => (fault as SqliteException)?.SqliteErrorCode switch
    {
        26 => "It is no SQLite file. Give another one.",
        5 or 6 => $"Others have kept it locked for {BusySeconds} s. Try again, or use PostgreSQL for many processes.",
        8 => "It cannot be written. Give a file that you may write to.",
        10 or 13 => $"The disk is full or fails ({fault.Message}). The same command goes on when there is room.",
        11 => "It is damaged. Restore it, or give another file.",
        14 => "It cannot be opened. Give a file that you may read and write, in a folder that you may write to.",
        _ => $"{fault.Message} The same command goes on when that is mended.",
    };

    public override void Dispose()
    {
        using var connection = new SqliteConnection(_connection);
        SqliteConnection.ClearPool(connection);
    }
}
