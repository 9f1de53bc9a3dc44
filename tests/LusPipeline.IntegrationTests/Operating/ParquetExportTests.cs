using DuckDB.NET.Data;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Operating;

/// <summary><c>lus results --format parquet</c>, read back by DuckDB.</summary>
public sealed class ParquetExportTests(TestServers servers) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Results_come_back_as_they_are_and_an_export_that_is_repeated_doubles_nothing()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        var seen = await ledger.SeeAsync("p1/a.mp4", "p1/b.mp4", "p2/c.mp4");
        await ledger.FinishAsync(seen[0], new(0.2, 0.2, 0.6));
        await ledger.FinishAsync(seen[1], new(0, 0, 1));

        var first = await ledger.RunAsync("results", "--format", "parquet", "--out", _folder["out"]);
        await ledger.FinishAsync(seen[2], new(0.7, 0.2, 0.1));
        var second = await ledger.RunAsync("results", "--format", "parquet", "--out", _folder["out"], "--since", "1d");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.StartsWith("2 studies of 1 days are in ", second.Output[0], StringComparison.Ordinal);
        using var duck = Open();
        Assert.Equal(["done|healthy|0.8|2", "done|covid|0.1|1"], Rows(duck, "SELECT status, diagnosis, round(healthy, 12), videos FROM studies ORDER BY healthy DESC"));
        Assert.Equal(["0.6|", "1|", "0.1|"], Rows(duck, "SELECT round(v.healthy, 12), v.video FROM videos v JOIN studies s USING (study_id, study_day) ORDER BY s.healthy DESC, v.healthy"));
        Assert.Equal(["3|0.7"], Rows(duck, "SELECT count(*), max(covid) FROM clips"));
        Assert.Equal(["1"], Rows(duck, "SELECT count(DISTINCT study_day) FROM studies WHERE study_day = (now() AT TIME ZONE 'UTC')::date"));
        Assert.Equal(["2"], Rows(duck, "SELECT count(*) FROM studies WHERE first_seen_at > (now() AT TIME ZONE 'UTC') - INTERVAL 10 MINUTE AND completed_at >= first_seen_at"));
        Assert.Empty(Directory.EnumerateFiles(_folder["out"], "*.new", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Names_are_there_only_where_they_are_asked_for()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        await ledger.FinishAsync((await ledger.SeeAsync("Mueller/scan.mp4"))[0], new(0.2, 0.2, 0.6));

        await ledger.RunAsync("results", "--format", "parquet", "--out", _folder["out"]);
        var bytes = string.Concat(Directory.EnumerateFiles(_folder["out"], "*", SearchOption.AllDirectories).Select(file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        await ledger.RunAsync("results", "--format", "parquet", "--out", _folder["out"], "--names");

        Assert.DoesNotContain("Mueller", bytes, StringComparison.OrdinalIgnoreCase);
        using var duck = Open();
        Assert.Equal(["Mueller|scan.mp4"], Rows(duck, "SELECT study, video FROM videos"));
    }

    [Fact]
    public async Task Without_a_folder_it_says_which_option_is_missing()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);

        var run = await ledger.RunAsync("results", "--format", "parquet");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(run.Errors, line => line.Contains("--out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_queries_of_the_docs_run_on_the_files()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        await ledger.FinishAsync((await ledger.SeeAsync("p1/a.mp4"))[0], new(0.9, 0.05, 0.05));
        await ledger.RunAsync("results", "--format", "parquet", "--out", _folder["results"]);
        var blocks = (await File.ReadAllTextAsync(Path.Combine(DeployScript.Folder(), "..", "docs", "operating", "dashboards.md"), TestContext.Current.CancellationToken)).Split("```sql\n");
        using var duck = Open();
        foreach (var view in blocks[2].Split("```")[0].Replace("'results/", $"'{_folder["results"]}/", StringComparison.Ordinal).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Rows(duck, view);

        var queries = blocks[1].Split("```")[0].Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(query => !new[] { "throughput", "stage_backlog", "worker_heartbeats", "study_spans" }.Any(view => query.Contains(view, StringComparison.Ordinal))).ToList();

        Assert.Equal(6, queries.Count);
        Assert.Equal(["covid|1"], Rows(duck, queries[0]));
        Assert.All(queries, query => Rows(duck, query));
    }

    private DuckDBConnection Open()
    {
        var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        foreach (var table in new[] { "studies", "videos", "clips" })
        {
            if (Directory.Exists(_folder["out"]))
                Rows(duck, $"CREATE VIEW {table} AS SELECT * FROM read_parquet('{_folder["out"]}/{table}/*/*.parquet', hive_partitioning = true)");
        }
        return duck;
    }

    private static List<string> Rows(DuckDBConnection duck, string sql)
    {
        using var command = duck.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => Convert.ToString(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture))));
        return rows;
    }
}
