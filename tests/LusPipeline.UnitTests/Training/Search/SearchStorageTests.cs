using LusPipeline.Training.Search.Storage;
using LusPipeline.Training.Search.Trials;
using Microsoft.Data.Sqlite;

namespace LusPipeline.UnitTests.Training.Search;

/// <summary>Searches are stored in Optuna's tables, and nobody gets another's trial.</summary>
public sealed class SearchStorageTests : IDisposable
{
    private const int Grace = 60;
    private static readonly FloatDistribution Rate = new(1e-4, 0.1, Log: true);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_stored_is_read_again()
    {
        using var storage = Open();
        var search = storage.OpenSearch("one", SearchDirection.Maximize, "accuracy");
        var begun = storage.Begin(search, 10, "process", Grace)!;
        storage.SetParameters(begun.Id, new Dictionary<string, Parameter>
        {
            ["rate"] = new(0.01, Rate),
            ["units"] = new(64, new IntDistribution(16, 256, Log: true)),
            ["drop"] = new(0.6, new FloatDistribution(0, 0.6, Step: 0.1)),
            ["head"] = new(1, CategoricalDistribution.OfTexts("lstm", "größe \"x\"")),
            ["flag"] = new(0, new CategoricalDistribution(["true", "false"])),
        });
        storage.Report(begun.Id, 0, double.NaN);
        storage.Report(begun.Id, 0, 0.5);
        storage.Report(begun.Id, 1, double.NegativeInfinity);
        storage.SetUserAttribute(begun.Id, "note", "\"a\"");
        storage.SetUserAttribute(begun.Id, "note", "\"b\"");
        Assert.True(storage.Finish(begun.Id, TrialState.Complete, 0.75));

        using var again = Open();
        var trial = Assert.Single(again.Trials(again.OpenSearch("one", SearchDirection.Maximize, "accuracy")));

        Assert.Equal((0, TrialState.Complete, 0.75), (trial.Number, trial.State, trial.Value));
        Assert.Equal(
            ["drop 0.6", "flag true", "head größe \"x\"", "rate 0.01", "units 64"],
            trial.Parameters.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(Rate, trial.Parameters["rate"].Distribution);
        Assert.Equal([(0, 0.5), (1, double.NegativeInfinity)], trial.Intermediate.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal("\"b\"", trial.UserAttributes["note"]);
        Assert.True(trial.Completed >= trial.Started);
    }

    [Fact]
    public async Task Two_connections_never_take_the_same_trial_and_stop_at_the_wanted_number()
    {
        using var first = Open();
        var search = first.OpenSearch("one", SearchDirection.Minimize, "loss");
        var jobs = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var storage = Open();
            var numbers = new List<int>();
            while (storage.Begin(search, 60, "process", Grace) is { } trial)
            {
                storage.SetParameters(trial.Id, new Dictionary<string, Parameter> { ["rate"] = new(0.01, Rate) });
                storage.Finish(trial.Id, TrialState.Complete, trial.Number);
                numbers.Add(trial.Number);
            }
            return numbers;
        }));

        var taken = (await Task.WhenAll(jobs)).SelectMany(numbers => numbers).ToArray();

        Assert.Equal(Enumerable.Range(0, 60), taken.Order());
        Assert.Equal(Enumerable.Range(0, 60), first.Trials(search).Select(trial => trial.Number));
    }

    [Fact]
    public void A_trial_whose_heart_has_stopped_is_failed_and_its_parameters_wait_again()
    {
        using var storage = Open();
        var search = storage.OpenSearch("one", SearchDirection.Minimize, "loss");
        var lost = storage.Begin(search, 10, "process", Grace)!;
        storage.SetParameters(lost.Id, new Dictionary<string, Parameter> { ["rate"] = new(0.01, Rate) });
        storage.SetSystemAttribute(lost.Id, "completed_rung_0", "0.5");
        var alive = storage.Begin(search, 10, "process", Grace)!;
        Sql($"UPDATE trial_heartbeats SET heartbeat = datetime('now', '-61 seconds') WHERE trial_id = {lost.Id}");

        Assert.Equal([lost.Number], storage.FailLost(search, Grace, _ => false));
        Assert.Empty(storage.FailLost(search, Grace, _ => false));
        Assert.False(storage.Finish(lost.Id, TrialState.Complete, 1));

        var again = storage.Begin(search, 10, "process", Grace)!;
        Assert.Equal(2, again.Number);
        Assert.Equal(0.01, again.Parameters["rate"].Value);
        Assert.Equal([lost.Number], again.RetryHistory);
        Assert.Equal("0", again.SystemAttributes["failed_trial"]);
        Assert.DoesNotContain("completed_rung_0", again.SystemAttributes.Keys);
        Assert.Equal([TrialState.Fail, TrialState.Running, TrialState.Running], storage.Trials(search).Select(trial => trial.State));
        Assert.True(storage.Finish(alive.Id, TrialState.Pruned, null));
    }

    [Fact]
    public void A_trial_whose_process_is_known_to_be_gone_is_failed_at_once()
    {
        using var storage = Open();
        var search = storage.OpenSearch("one", SearchDirection.Minimize, "loss");
        storage.Begin(search, 10, "gone", Grace);
        storage.Begin(search, 10, "there", Grace);

        Assert.Equal([0], storage.FailLost(search, Grace, process => process == "gone"));

        // It had no parameters yet, so nothing waits.
        Assert.Equal([TrialState.Fail, TrialState.Running], storage.Trials(search).Select(trial => trial.State));
    }

    [Fact]
    public void Only_a_process_of_this_machine_that_does_not_run_is_gone()
    {
        var parts = ProcessMark.Own.Split(' ');

        Assert.False(ProcessMark.IsGone(ProcessMark.Own));
        Assert.True(ProcessMark.IsGone($"{parts[0]} {parts[1]} {parts[2]} 1"));
        Assert.True(ProcessMark.IsGone($"{parts[0]} {parts[1]} 999999999 {parts[3]}"));
        Assert.False(ProcessMark.IsGone($"another {parts[1]} {parts[2]} 1"));
        Assert.False(ProcessMark.IsGone("anything"));
    }

    [Fact]
    public void Running_trials_count_as_long_as_their_hearts_beat()
    {
        using var storage = Open();
        var search = storage.OpenSearch("one", SearchDirection.Minimize, "loss");
        var running = storage.Begin(search, 1, "process", Grace)!;

        Assert.Null(storage.Begin(search, 1, "process", Grace));
        Sql($"UPDATE trial_heartbeats SET heartbeat = datetime('now', '-61 seconds') WHERE trial_id = {running.Id}");
        Assert.NotNull(storage.Begin(search, 1, "process", Grace));
    }

    [Theory]
    [InlineData("UPDATE version_info SET schema_version = 11", "the schema 11 (v3.2.0.a) of Optuna 5.0.0, and this needs the schema 12 (v3.2.0.a)")]
    [InlineData("UPDATE alembic_version SET version_num = 'v3.0.0.d'", "the schema 12 (v3.0.0.d)")]
    [InlineData("DROP TABLE version_info", "has a table 'studies', and it is not Optuna's")]
    public void A_database_of_another_version_or_program_is_refused(string change, string expected)
    {
        Open().Dispose();
        Sql(change);

        var fault = Assert.Throws<SearchException>(Open);

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_storage_is_an_error_that_says_so()
    {
        File.WriteAllText(_folder["text.db"], string.Concat(Enumerable.Repeat("this is a text ", 100)));

        Assert.Contains("no SQLite file", Refused($"sqlite:///{_folder["text.db"]}"), StringComparison.Ordinal);
        Assert.Contains("does not exist", Refused($"sqlite:///{_folder["none/optuna.db"]}"), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refused($"sqlite:///{_folder.Path}"), StringComparison.Ordinal);
        Assert.Contains("neither SQLite nor PostgreSQL", Refused("mysql://a@b/c"), StringComparison.Ordinal);
        Assert.Contains("names no file", Refused("sqlite:///"), StringComparison.Ordinal);
        Assert.Contains("names no database", Refused("postgresql://me@localhost"), StringComparison.Ordinal);
        Assert.Contains("option 'colour'", Refused("postgresql://me@localhost/optuna?colour=red"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_in_no_message()
    {
        var fault = Refused("postgresql://me:geheim%40@127.0.0.1:1/optuna");

        Assert.Contains("the database 'optuna' on 127.0.0.1:1. It does not answer", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_keeps_its_direction_and_its_choices()
    {
        using var storage = Open();
        var search = storage.OpenSearch("one", SearchDirection.Minimize, "loss");
        var trial = storage.Begin(search, 10, "process", Grace)!;
        storage.SetParameters(trial.Id, new Dictionary<string, Parameter> { ["head"] = new(0, CategoricalDistribution.OfTexts("lstm", "gru")) });
        var other = storage.Begin(search, 10, "process", Grace)!;

        Assert.Contains("looks for MINIMIZE", Assert.Throws<SearchException>(() => storage.OpenSearch("one", SearchDirection.Maximize, "x")).Message, StringComparison.Ordinal);
        var fault = Assert.Throws<SearchException>(() => storage.SetParameters(other.Id, new Dictionary<string, Parameter> { ["head"] = new(0, CategoricalDistribution.OfTexts("lstm")) }));
        Assert.Contains("'head' with other values", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tables_are_those_of_optuna()
    {
        using var reference = Database(SharedData.Require("data", "optuna", "optuna.db"), "Mode=ReadOnly");
        Open().Dispose();
        using var own = Database(_folder["optuna.db"]);

        Assert.Equal(Texts(reference, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"), Texts(own, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"));
        Assert.Equal(Texts(reference, "SELECT * FROM version_info"), Texts(own, "SELECT * FROM version_info"));
        Assert.Equal(Texts(reference, "SELECT version_num FROM alembic_version"), Texts(own, "SELECT version_num FROM alembic_version"));
    }

    [Fact]
    public void A_study_of_optuna_is_read_and_continued()
    {
        File.Copy(SharedData.Require("data", "optuna", "optuna.db"), _folder["optuna.db"]);
        File.SetUnixFileMode(_folder["optuna.db"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var storage = Open();
        var search = storage.OpenSearch("xception-20", SearchDirection.Maximize, "accuracy");
        var trials = storage.Trials(search);

        Assert.Equal((30, 26, 3, 1), (trials.Count, Count(TrialState.Complete), Count(TrialState.Pruned), Count(TrialState.Fail)));
        var best = trials.Best(SearchDirection.Maximize)!;
        Assert.Equal((9, 0.7370772946859903, "512"), (best.Number, best.Value, best.Parameters["units"].ToString()));
        Assert.Equal([0.8, 0.788888888888889, 0.7342592592592593, 0.7256944444444444, 0.7370772946859903], best.Intermediate.OrderBy(pair => pair.Key).Select(pair => pair.Value));
        using (var database = Database(_folder["optuna.db"]))
            Assert.Equal(Texts(database, "SELECT DISTINCT distribution_json FROM trial_params").Order(), trials.SelectMany(trial => trial.Parameters.Values).Select(parameter => parameter.Distribution.ToJson()).Distinct().Order());

        var next = storage.Begin(search, 100, "process", Grace)!;
        storage.SetParameters(next.Id, new Dictionary<string, Parameter> { ["units"] = new(3, new CategoricalDistribution(["64", "128", "256", "512"])) });
        Assert.Equal(30, next.Number);

        int Count(TrialState state) => trials.Count(trial => trial.State == state);

    }

    private SearchStorage Open() => SearchStorage.Open($"sqlite:///{_folder["optuna.db"]}", TimeProvider.System);

    private static string Refused(string url) => Assert.Throws<SearchException>(() => SearchStorage.Open(url, TimeProvider.System)).Message;

    private void Sql(string statement)
    {
        using var connection = Database(_folder["optuna.db"]);
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Database(string file, string more = "Mode=ReadWrite")
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False;{more}");
        connection.Open();
        return connection;
    }

    private static List<string> Texts(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column).ToString())));
        return rows;
    }
}
