using System.Data.Common;
using System.Text.Json;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Storage;

/// <summary>Reads trials with all that belongs to them.</summary>
internal static class TrialRows
{
    /// <summary>The system attribute of Optuna's RetryHeartbeatStaleTrialCallback with the numbers of the failed trials.</summary>
    public const string RetryHistory = "retry_history";

    public static IReadOnlyList<Trial> Read(SearchStatements run, long search) => Read(run, "t.study_id = @id", search);

    public static Trial ReadOne(SearchStatements run, long trial) => Read(run, "t.trial_id = @id", trial).Single();

    /// <summary>A number as Optuna stores it: what is not finite has no value and a type that says what it is.</summary>
    public static (double? Value, string Type) Stored(double value) => value switch
    {
        double.PositiveInfinity => (null, "INF_POS"),
        double.NegativeInfinity => (null, "INF_NEG"),
        double.NaN => (null, "NAN"),
        _ => (value, "FINITE"),
    };

    private static Trial[] Read(SearchStatements run, string where, long id)
    {
        var parameters = ByTrial("trial_params", "p.param_name, p.param_value, p.distribution_json", row => (row.GetString(1), new Parameter(row.GetDouble(2), Distribution.Parse(row.GetString(3)))));
        var intermediate = ByTrial("trial_intermediate_values", "p.step, p.intermediate_value, CAST(p.intermediate_value_type AS VARCHAR(8))", row => (row.GetInt32(1), Number(row, 2)));
        var values = ByTrial("trial_values", "p.objective, p.value, CAST(p.value_type AS VARCHAR(8))", row => (row.GetInt32(1), Number(row, 2)));
        var user = ByTrial("trial_user_attributes", "p.key, p.value_json", row => (row.GetString(1), row.GetString(2)));
        var system = ByTrial("trial_system_attributes", "p.key, p.value_json", row => (row.GetString(1), row.GetString(2)));
        return
        [
            .. run.Rows(
                $"SELECT t.trial_id, t.number, CAST(t.state AS VARCHAR(8)), t.datetime_start, t.datetime_complete FROM trials t WHERE {where} ORDER BY t.number",
                row => WithHistory(new Trial
                {
                    Id = row.GetInt64(0),
                    Number = row.GetInt32(1),
                    State = Enum.Parse<TrialState>(row.GetString(2), ignoreCase: true),
                    Started = row.IsDBNull(3) ? null : row.GetDateTime(3),
                    Completed = row.IsDBNull(4) ? null : row.GetDateTime(4),
                    Parameters = parameters[row.GetInt64(0)].ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal),
                    Intermediate = intermediate[row.GetInt64(0)].ToDictionary(pair => pair.Item1, pair => pair.Item2),
                    Value = values[row.GetInt64(0)].Where(pair => pair.Item1 == 0).Select(pair => (double?)pair.Item2).FirstOrDefault(),
                    UserAttributes = user[row.GetInt64(0)].ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal),
                    SystemAttributes = system[row.GetInt64(0)].ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal),
                }),
                ("@id", id)),
        ];

        ILookup<long, T> ByTrial<T>(string table, string columns, Func<DbDataReader, T> read) => run.Rows(
            $"SELECT p.trial_id, {columns} FROM {table} p JOIN trials t ON t.trial_id = p.trial_id WHERE {where}",
            row => (row.GetInt64(0), read(row)), ("@id", id)).ToLookup(pair => pair.Item1, pair => pair.Item2);
    }

    private static Trial WithHistory(Trial trial)
    {
        if (!trial.SystemAttributes.TryGetValue(RetryHistory, out var json))
            return trial;
        using var history = JsonDocument.Parse(json);
        return trial with { RetryHistory = [.. history.RootElement.EnumerateArray().Select(number => number.GetInt32())] };
    }

    private static double Number(DbDataReader row, int column) => row.GetString(column + 1) switch
    {
        "INF_POS" => double.PositiveInfinity,
        "INF_NEG" => double.NegativeInfinity,
        "NAN" => double.NaN,
        _ => row.GetDouble(column),
    };
}
