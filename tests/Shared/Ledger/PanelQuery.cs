using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LusPipeline.Tests.Ledger;

/// <summary>What a panel of <c>deploy/grafana/dashboards</c> asks the ledger, with Grafana's macros in it.</summary>
/// <param name="Panel">Its dashboard's file and its title.</param>
/// <param name="Format"><c>table</c> or <c>time_series</c>.</param>
/// <param name="Range">How far back the dashboard looks unless somebody chooses another time.</param>
internal sealed partial record PanelQuery(string Panel, string Format, string Sql, TimeSpan Range)
{
    private const string Source = "lus-ledger";

    public static IEnumerable<PanelQuery> All() =>
        from dashboard in Dashboards()
        from panel in dashboard.Dashboard.GetProperty("panels").EnumerateArray()
        from target in panel.GetProperty("targets").EnumerateArray()
        where target.GetProperty("datasource").GetProperty("uid").GetString() == Source
        select new PanelQuery(
            $"{dashboard.File}: {panel.GetProperty("title").GetString()}", target.GetProperty("format").GetString()!, target.GetProperty("rawSql").GetString()!,
            Back(dashboard.Dashboard.GetProperty("time").GetProperty("from").GetString()!));

    public static IEnumerable<(string File, JsonElement Dashboard)> Dashboards() =>
        Directory.EnumerateFiles(Path.Combine(Folder(), "dashboards"), "*.json").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), JsonDocument.Parse(File.ReadAllText(file)).RootElement));

    /// <summary>As Grafana's data source for PostgreSQL does it (its <c>macros.go</c>), without TimescaleDB.</summary>
    /// <exception cref="InvalidDataException">The query has a macro or a variable that is not known here.</exception>
    public string Expand(DateTime from, DateTime to, Guid study)
    {
        static string Time(DateTime time) => $"'{time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}'";
        var sql = Sql.Replace("$__interval", "1m", StringComparison.Ordinal)
            .Replace("$__timeFrom()", Time(from), StringComparison.Ordinal)
            .Replace("$__timeTo()", Time(to), StringComparison.Ordinal)
            .Replace("${study:sqlstring}", $"'{study}'", StringComparison.Ordinal);
        sql = TimeFilter().Replace(sql, match => $"{match.Groups[1].Value} BETWEEN {Time(from)} AND {Time(to)}");
        sql = TimeGroup().Replace(sql, match =>
        {
            var seconds = match.Groups[2].Value switch { "1m" => 60, "1h" => 3600, "24h" => 86400, var other => throw new InvalidDataException(other) };
            return $"floor(extract(epoch from {match.Groups[1].Value})/{seconds})*{seconds}";
        });
        return sql.Contains('$', StringComparison.Ordinal) ? throw new InvalidDataException($"{Panel}: {sql}") : sql;
    }

    /// <param name="from">Such as <c>now-7d</c>.</param>
    private static TimeSpan Back(string from)
    {
        var amount = int.Parse(from.AsSpan("now-".Length, from.Length - "now-".Length - 1), CultureInfo.InvariantCulture);
        return from[^1] switch { 'h' => TimeSpan.FromHours(amount), 'd' => TimeSpan.FromDays(amount), var other => throw new InvalidDataException($"{other}") };
    }

    private static string Folder([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "deploy", "grafana"));

    [GeneratedRegex(@"\$__timeFilter\((\w+)\)")]
    private static partial Regex TimeFilter();

    [GeneratedRegex(@"\$__timeGroup\((\w+), '?(\w+)'?\)")]
    private static partial Regex TimeGroup();
}
