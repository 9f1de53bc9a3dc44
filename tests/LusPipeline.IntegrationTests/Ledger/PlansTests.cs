using System.Text.Json;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Tests.Ledger;
using Npgsql;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>
/// How PostgreSQL goes about everything that commands, workers and dashboards ask of a large ledger. Asserted is the plan, not the time:
/// the benchmark <c>ledger</c> asks the same questions of ten million clips, with a clock.
/// </summary>
public sealed class PlansTests(TestServers servers, PlansTests.Filled filled) : IClassFixture<PlansTests.Filled>
{
    private const int OpenStudies = 100;
    private const int Clips = 200_000;

    private static readonly string[] LargeTables = ["videos", "clips", "predictions", "spans"];

    /// <summary>What looks at a good part of a ledger of this size, because it is asked to.</summary>
    private static readonly string[] Whole = ["lus prune --dry-run: a day's spans", "lus prune: first 5,000 predictions looked at"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One filled ledger for all tests of the class.</summary>
    public sealed class Filled : IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);
        private LargeLedger? _ledger;

        internal async Task<LargeLedger> LedgerAsync(TestServers servers)
        {
            await _turn.WaitAsync(Cancellation);
            try
            {
                return _ledger ??= await FillAsync(servers);
            }
            finally
            {
                _turn.Release();
            }
        }

        public void Dispose() => _turn.Dispose();

        private static async Task<LargeLedger> FillAsync(TestServers servers)
        {
            // As on a disk without heads, on which an index is worth its while.
            var database = $"{await servers.NewLedgerAsync()};Options=-c random_page_cost=1.1";
            var bulk = new BulkLedger(database, OpenStudies);
            await bulk.FillAsync(Clips, _ => { });
            return new LargeLedger(database, await bulk.StudiesAsync(), OpenStudies);
        }
    }

    [Fact]
    public async Task Commands_never_scan_a_large_table()
    {
        var ledger = await filled.LedgerAsync(servers);
        await AssertNoScanAsync(ledger, new CommandQuestions(ledger).All());
    }

    [Fact]
    public async Task Workers_never_scan_a_large_table()
    {
        var ledger = await filled.LedgerAsync(servers);
        await AssertNoScanAsync(ledger, new WorkerQuestions(ledger).All());
    }

    [Fact]
    public async Task Pages_never_scan_a_large_table()
    {
        var ledger = await filled.LedgerAsync(servers);
        await AssertNoScanAsync(ledger, new PageQuestions(ledger).All());
    }

    [Fact]
    public async Task Dashboards_never_scan_a_large_table()
    {
        var ledger = await filled.LedgerAsync(servers);
        await AssertNoScanAsync(ledger, new ViewQuestions(ledger).All());
    }

    [Fact]
    public async Task Panels_of_Grafana_never_scan_a_large_table()
    {
        var ledger = await filled.LedgerAsync(servers);
        await AssertNoScanAsync(ledger, new PanelQuestions(ledger).All());
    }

    [Fact]
    public async Task A_scan_is_found()
    {
        var ledger = await filled.LedgerAsync(servers);
        var scans = new List<string>();
        foreach (var sql in new[]
        {
            "SELECT * FROM videos WHERE width = 800",
            "SELECT count(*) FROM predictions",
            "SELECT video_id FROM videos WHERE object_key = 'study1/scan1.mp4'",
        })
        {
            ledger.Statements.Clear();
            await ledger.ReadAsync(sql);
            scans.AddRange(await ScansAsync(ledger));
        }

        Assert.Equal(["videos", "predictions", "videos"], scans.Select(scan => scan.Split(' ')[0]));
    }

    private static async Task AssertNoScanAsync(LargeLedger ledger, IEnumerable<Question> questions)
    {
        var scans = new List<string>();
        foreach (var question in questions.Where(question => !Whole.Contains(question.Name)))
        {
            await (question.PrepareAsync?.Invoke() ?? Task.CompletedTask);
            ledger.Statements.Clear();
            await question.AskAsync();
            scans.AddRange((await ScansAsync(ledger)).Select(scan => $"{question.Name}: {scan}"));
        }
        Assert.Empty(scans);
    }

    /// <summary>Where the statements so far look through a table, or through all of an index that is not small by its own condition.</summary>
    private static async Task<List<string>> ScansAsync(LargeLedger ledger)
    {
        var indexes = await IndexesAsync(ledger.ConnectionString);
        var scans = new List<string>();
        foreach (var plan in await ledger.Statements.ExplainAsync(ledger.ConnectionString, "JSON"))
        {
            using var json = JsonDocument.Parse(plan);
            foreach (var node in Nodes(json.RootElement[0].GetProperty("Plan")))
            {
                if (node.TryGetProperty("Relation Name", out var table) && LargeTables.Contains(table.GetString()) && node.GetProperty("Node Type").GetString() == "Seq Scan")
                    scans.Add($"{table} is scanned\n{plan}");
                else if (node.TryGetProperty("Index Name", out var name) && indexes.TryGetValue(name.GetString()!, out var index) && !index.IsPartial
                    && !(node.TryGetProperty("Index Cond", out var condition) && condition.GetString()!.Contains(index.First, StringComparison.Ordinal)))
                    scans.Add($"{index.Table} is scanned by {name}\n{plan}");
            }
        }
        return scans;
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement plan) => plan.TryGetProperty("Plans", out var parts)
        ? parts.EnumerateArray().SelectMany(Nodes).Prepend(plan)
        : [plan];

    /// <summary>Those of the large tables, each with its first column.</summary>
    private static async Task<Dictionary<string, (string Table, string First, bool IsPartial)>> IndexesAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("""
            SELECT indexrelid::regclass::text, indrelid::regclass::text, coalesce(attname, 'date_bin'), indpred IS NOT NULL
            FROM pg_index LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] AND attnum > 0
            WHERE indrelid::regclass::text = ANY ($1)
            """, connection) { Parameters = { new() { Value = LargeTables } } };
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var indexes = new Dictionary<string, (string, string, bool)>();
        while (await reader.ReadAsync(Cancellation))
            indexes.Add(reader.GetString(0), (reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        return indexes;
    }
}
