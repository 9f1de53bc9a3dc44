using System.Globalization;
using LusPipeline.Ledger.Databases;
using Npgsql;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Prints the schema and the size of a PostgreSQL ledger as tables, for people.</summary>
internal static class DatabaseTable
{
    /// <param name="connection">An open connection.</param>
    public static Table Create(NpgsqlConnection connection, SchemaVersion schema)
    {
        var table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumns("", "");
        table.AddRow("database", Markup.Escape($"{connection.Database} at {connection.Host}:{connection.Port}, as {connection.UserName}"));
        table.AddRow("server", $"PostgreSQL {connection.PostgreSqlVersion}");
        table.AddRow("schema", Schema(schema));
        foreach (var migration in schema.IsTooOld ? [] : schema.Pending)
            table.AddRow("pending", Markup.Escape(migration));
        return table;
    }

    public static Table Create(IReadOnlyList<LedgerTable> tables)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("table");
        foreach (var heading in new[] { "rows (estimate)", "size", "of it indexes" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var one in tables)
            table.AddRow(one.Name, one.Rows.ToString("N0", CultureInfo.InvariantCulture), Size(one.Bytes), Size(one.IndexBytes));
        return table;
    }

    private static string Schema(SchemaVersion schema) => schema switch
    {
        { Applied.Count: 0 } => "none yet: lus db migrate creates it",
        { Unknown.Count: > 0 } => Markup.Escape($"{schema.Applied[^1]}, newer than this program: upgrade it"),
        { IsTooOld: true } => Markup.Escape($"{schema.Applied[^1]}, from before the first release: cannot be upgraded, create a new database"),
        { Pending.Count: > 0 } => Markup.Escape($"{schema.Applied[^1]}, older than this program: lus db migrate brings it up to date"),
        _ => Markup.Escape($"{schema.Applied[^1]}, up to date"),
    };

    /// <summary>Formats a size in powers of 1024, as PostgreSQL does.</summary>
    private static string Size(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < units.Length - 1)
            (size, unit) = (size / 1024, unit + 1);
        return size.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
