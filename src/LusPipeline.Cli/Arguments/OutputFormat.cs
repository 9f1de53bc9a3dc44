using System.CommandLine;

namespace LusPipeline.Cli.Arguments;

/// <summary>The option that chooses how results are printed.</summary>
internal static class OutputFormat
{
    public const string Table = "table";
    public const string Json = "json";
    public const string Csv = "csv";

    public const string Parquet = "parquet";
    public const string DicomSr = "dicom-sr";

    /// <summary>The option of results, which also go into files.</summary>
    public static Option<string> OrFiles()
    {
        var option = new Option<string>("--format")
        {
            Description = "How to print: a table, one JSON object a line, or csv; parquet and dicom-sr (a structured report for each study of DICOM loops) write files below --out",
            DefaultValueFactory = _ => Table,
        };
        option.AcceptOnlyFromAmong(Table, Json, Csv, Parquet, DicomSr);
        return option;
    }

    public static Option<string> Option()
    {
        var option = new Option<string>("--format") { Description = "How to print: a table, one JSON object a line, or csv", DefaultValueFactory = _ => Table };
        option.AcceptOnlyFromAmong(Table, Json, Csv);
        return option;
    }

    /// <summary>The option for output that is not a table of uniform rows.</summary>
    public static Option<string> TableOrJson()
    {
        var option = new Option<string>("--format") { Description = "How to print: tables, or one JSON object a line", DefaultValueFactory = _ => Table };
        option.AcceptOnlyFromAmong(Table, Json);
        return option;
    }
}
