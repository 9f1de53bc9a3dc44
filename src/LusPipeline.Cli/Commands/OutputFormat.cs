using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary>How results are printed.</summary>
internal static class OutputFormat
{
    public const string Table = "table";
    public const string Json = "json";
    public const string Csv = "csv";

    public static Option<string> Option()
    {
        var option = new Option<string>("--format") { Description = "How to print: a table, one JSON object a line, or csv", DefaultValueFactory = _ => Table };
        option.AcceptOnlyFromAmong(Table, Json, Csv);
        return option;
    }
}
