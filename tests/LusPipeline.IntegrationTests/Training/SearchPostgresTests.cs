using System.Diagnostics;
using System.Text.RegularExpressions;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Training.Search.Storage;
using LusPipeline.Training.Search.Trials;
using LusPipeline.Training.Search.Tuning;
using Npgsql;

namespace LusPipeline.IntegrationTests.Training;

/// <summary>Searches on a real PostgreSQL, with the schema of Optuna.</summary>
public sealed partial class SearchPostgresTests(TestServers servers)
{
    private static readonly FloatDistribution Rate = new(1e-4, 0.1, Log: true);

    [Fact]
    public async Task The_schema_is_that_of_optuna()
    {
        var database = await servers.NewDatabaseAsync();
        SearchStorage.Open(Address(database), TimeProvider.System).Dispose();

        var own = Statements(await DumpAsync(database));
        var expected = Statements(await File.ReadAllTextAsync(SharedData.Require("data", "optuna", "postgresql-schema.sql"), TestContext.Current.CancellationToken));

        Assert.Equal(expected, own);
    }

    [Fact]
    public async Task Processes_that_begin_at_the_same_moment_make_one_search_and_share_its_trials()
    {
        var address = Address(await servers.NewDatabaseAsync());
        var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var run = SearchRun.Open(address, Plan(40), TimeProvider.System);
            run.Run(
                (trial, _) =>
                {
                    trial.Report(0, trial.Parameters["rate"].Value);
                    return Math.Log(trial.Parameters["rate"].Value);
                },
                default);
        }));
        await Task.WhenAll(runs);

        using var storage = SearchStorage.Open(address, TimeProvider.System);
        Assert.Equal(["search"], storage.Names());
        var trials = storage.Trials(storage.OpenSearch("search", SearchDirection.Minimize, "loss"));
        Assert.Equal(Enumerable.Range(0, 40), trials.Select(trial => trial.Number));
        Assert.All(trials, trial => Assert.Equal(TrialState.Complete, trial.State));
    }

    [Fact]
    public async Task What_is_stored_is_read_again_and_lost_trials_wait_again()
    {
        var database = await servers.NewDatabaseAsync();
        using var storage = SearchStorage.Open(Address(database), TimeProvider.System);
        var search = storage.OpenSearch("one", SearchDirection.Maximize, "accuracy");
        var trial = storage.Begin(search, 10, "process", 60)!;
        storage.SetParameters(trial.Id, new Dictionary<string, Parameter> { ["rate"] = new(0.01, Rate), ["head"] = new(1, CategoricalDistribution.OfTexts("lstm", "größe")) });
        storage.Report(trial.Id, 0, double.NaN);
        storage.Report(trial.Id, 1, 0.5);
        storage.Beat(trial.Id);
        Assert.Empty(storage.FailLost(search, 60, _ => false));
        await using (var source = NpgsqlDataSource.Create(database))
        await using (var command = source.CreateCommand("UPDATE trial_heartbeats SET heartbeat = heartbeat - INTERVAL '61 seconds'"))
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Equal([0], storage.FailLost(search, 60, _ => false));
        var again = storage.Begin(search, 10, "process", 60)!;
        Assert.True(storage.Finish(again.Id, TrialState.Complete, double.PositiveInfinity));

        var trials = storage.Trials(search);
        Assert.Equal([TrialState.Fail, TrialState.Complete], trials.Select(one => one.State));
        Assert.Equal("größe", again.Parameters["head"].ToString());
        Assert.Equal([0], again.RetryHistory);
        Assert.Equal(double.PositiveInfinity, trials[1].Value);
        Assert.True(double.IsNaN(trials[0].Intermediate[0]));
        Assert.True(trials[1].Completed >= trials[1].Started);
    }

    [Fact]
    public async Task A_database_of_the_ledger_or_one_that_is_not_there_is_refused()
    {
        var ledger = await servers.NewLedgerAsync();

        Assert.Contains("it is not Optuna's", Refused(Address(ledger)), StringComparison.Ordinal);
        Assert.Contains("It does not exist", Refused(Address(new NpgsqlConnectionStringBuilder(ledger) { Database = "nowhere" }.ConnectionString)), StringComparison.Ordinal);
    }

    private static string Refused(string address) => Assert.Throws<SearchException>(() => SearchStorage.Open(address, TimeProvider.System)).Message;

    private static SearchPlan Plan(int trials) => new()
    {
        Name = "search",
        Direction = SearchDirection.Minimize,
        Metric = "loss",
        Space = new Dictionary<string, Distribution> { ["rate"] = Rate },
        Trials = trials,
    };

    private static string Address(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        return $"postgresql://{Uri.EscapeDataString(parts.Username!)}:{Uri.EscapeDataString(parts.Password ?? "")}@{parts.Host}:{parts.Port}/{parts.Database}";
    }

    private static async Task<string> DumpAsync(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        var start = new ProcessStartInfo("pg_dump", ["--schema-only", "--no-owner", "--no-privileges", "-h", parts.Host!, "-p", $"{parts.Port}", "-U", parts.Username!, parts.Database!])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = parts.Password;
        using var dump = Process.Start(start)!;
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();
        Assert.Equal(0, dump.ExitCode);
        return text;
    }

    /// <summary>The statements that make something, each on one line.</summary>
    private static List<string> Statements(string sql) =>
    [
        .. Comment().Replace(sql, "").Split(';').Select(statement => Spaces().Replace(statement, " ").Trim())
            .Where(statement => statement.StartsWith("CREATE ", StringComparison.Ordinal) || statement.StartsWith("ALTER ", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex("^(--|\\\\).*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
