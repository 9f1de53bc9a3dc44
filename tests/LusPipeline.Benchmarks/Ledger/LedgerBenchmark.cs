using System.Diagnostics;
using System.Globalization;
using LusPipeline.Core.Clips;
using LusPipeline.Storage.Ledger;
using LusPipeline.Storage.Results;
using LusPipeline.Storage.Status;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.Benchmarks.Ledger;

/// <summary>What people, dashboards and the sweeper ask of a large ledger, and how long each takes.</summary>
internal sealed class LedgerBenchmark(string connectionString, bool plans)
{
    private const int Repeats = 5;
    private const double Aim = 300;

    private readonly PlannedStatements _statements = new();

    public static async Task MeasureAsync(string? connectionString, long clips, bool plans)
    {
        await using var server = connectionString is null ? await PrivatePostgres.StartAsync() : null;
        connectionString ??= server!.ConnectionString;
        await new LedgerMigration(PostgresLedger.Open(new DatabaseOptions { ConnectionString = connectionString })).RunAsync(() => { }, _ => { }, default);
        await new BulkLedger(connectionString).FillAsync(clips);
        await new LedgerBenchmark(connectionString, plans).MeasureAsync();
    }

    private PostgresLedgerContext Open() => new PostgresLedgerContext(
        new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(connectionString).AddInterceptors(_statements).Options);

    private async Task MeasureAsync()
    {
        await using (var ledger = Open())
        {
            foreach (var table in await LedgerTables.ReadAsync(ledger, default))
                Row(table.Name, $"{table.Rows:N0} rows, {table.Bytes >> 20:N0} MB, of it indexes {table.IndexBytes >> 20:N0} MB");
        }
        var studies = await new BulkLedger(connectionString).StudiesAsync();
        var study = BulkLedger.Study(studies / 2);
        var recent = BulkLedger.Study(studies - BulkLedger.OpenStudies);
        var results = new ResultReader(Open);
        var lease = new WorkLease { WorkerId = Guid.NewGuid(), Duration = TimeSpan.FromSeconds(15), RepublishAfter = TimeSpan.FromMinutes(1) };
        var attempts = new AttemptOptions();
        var sweeper = new Sweeper(Open, TimeProvider.System, lease, new SweepOptions());
        var moves = new StudyMoves(Open, TimeProvider.System);
        var duties = new Duties(Open, TimeProvider.System, lease.WorkerId.Value, lease.Duration);
        var settlement = new VideoSettlement(
            Open, TimeProvider.System, new VideoMoves(Open, TimeProvider.System, attempts, lease), new Completion(new(Open, TimeProvider.System, attempts, lease), moves, new()), new());
        var arrivals = new VideoArrivals(Open, TimeProvider.System, lease, TimeSpan.FromMinutes(1));
        var target = new VideoTarget(ClipPlan.Whole(20), BulkLedger.Bundle, "fp32");

        await TimeAsync("lus status", () => new StatusReader(Open, lease.Duration).ReadAsync(default));
        await TimeAsync("lus db status: table sizes", async () =>
        {
            await using var ledger = Open();
            return await LedgerTables.ReadAsync(ledger, default);
        });
        await TimeAsync("results of one study, by id", () => results.StudiesAsync([study], null, default));
        await TimeAsync("results of one study, by name", () => results.StudiesAsync([$"study{studies / 2}"], default));
        await TimeAsync("spans of one study", () => new SpanReader(Open).OfStudyAsync(recent, default));
        await TimeAsync("a sweep, nothing due", () => sweeper.TakeAsync(new(0, 0, 0), default));
        await TimeAsync("a sweep's look at cut videos", () => settlement.SettleDueAsync(default));
        await TimeAsync("a sweep's look at open studies", () => moves.TakeDueAsync(1000, TimeSpan.FromMinutes(1), default));
        await TimeAsync("a sweep's look at studies to be told of", () => new StudyAnnouncements(Open).DueAsync(100, default));
        await TimeAsync("1,000 new videos listed", () => arrivals.RegisterAsync(Listing(Guid.NewGuid().ToString()), target, new(), default));
        var known = Listing("listed");
        await arrivals.RegisterAsync(known, target, new(), default);
        await TimeAsync("1,000 known videos listed", () => arrivals.RegisterAsync(known, target, new(), default));
        await TimeAsync("a duty renewed", () => duties.TakeAsync(Duties.Sweep, default));
        foreach (var (name, sql) in Views(study, recent))
            await TimeAsync(name, () => ReadAsync(sql));
        await TimeAsync("retention: a day's spans deleted (and rolled back)", () => ReadAsync("BEGIN; DELETE FROM spans WHERE study_day = current_date - 30; ROLLBACK"));
        await TimeAsync("one study deleted (and rolled back)", () => ReadAsync($"""
            BEGIN;
            DELETE FROM predictions WHERE video_id IN (SELECT video_id FROM videos WHERE study_id = '{study}');
            DELETE FROM clips WHERE video_id IN (SELECT video_id FROM videos WHERE study_id = '{study}');
            DELETE FROM spans WHERE study_id = '{study}';
            DELETE FROM videos WHERE study_id = '{study}';
            DELETE FROM studies WHERE study_id = '{study}';
            ROLLBACK
            """));
        await TimeAsync("a sweep, 1,000 rows a stage due", () => DueAsync(sweeper));
    }

    private static IEnumerable<(string Name, string Sql)> Views(Guid study, Guid recent) =>
    [
        ("study_results of one study", $"SELECT * FROM study_results WHERE study_id = '{study}'"),
        ("study_results completed in 6 hours", "SELECT * FROM study_results WHERE completed_at > now() - interval '4 days' AND completed_at < now() - interval '3 days 18 hours'"),
        ("video_results of one study", $"SELECT * FROM video_results WHERE study_id = '{study}'"),
        ("stage_backlog", "SELECT * FROM stage_backlog"),
        ("failures_by_reason, 30 days", "SELECT * FROM failures_by_reason WHERE finished_on > current_date - 30"),
        ("failures_by_reason, all", "SELECT status, reason, sum(videos) FROM failures_by_reason GROUP BY 1, 2"),
        ("throughput, 6 hours", "SELECT * FROM throughput WHERE minute > now() - interval '4 days' AND minute < now() - interval '3 days 18 hours'"),
        ("throughput, 2 days", "SELECT * FROM throughput WHERE minute > now() - interval '6 days' AND minute < now() - interval '4 days'"),
        ("study_spans of one study", $"SELECT * FROM study_spans WHERE study_id = '{recent}' ORDER BY offset_ms"),
        ("worker_heartbeats", "SELECT * FROM worker_heartbeats"),
        ("study_names, one study", $"SELECT * FROM study_names WHERE study_id = '{study}'"),
    ];

    /// <summary>Makes 1,000 rows of each stage due and has them swept.</summary>
    private async Task<object> DueAsync(Sweeper sweeper)
    {
        foreach (var (table, key, status) in new[] { ("videos", "video_id", "found"), ("clips", "clip_id", "cut"), ("clips", "clip_id", "extracted") })
            await ReadAsync($"UPDATE {table} SET not_before = now() - interval '1 min', publishes = 1 WHERE {key} IN (SELECT {key} FROM {table} WHERE status = '{status}' LIMIT 1000)");
        var watch = Stopwatch.StartNew();
        var messages = await sweeper.TakeAsync(new(0, 0, 0), default);
        _own = watch.Elapsed;
        return messages;
    }

    private TimeSpan? _own;

    /// <summary>A listing of 1,000 videos of 125 studies.</summary>
    private static List<SeenVideo> Listing(string name) =>
        [.. Enumerable.Range(0, 1000).Select(index => new SeenVideo("bucket", $"{name}{index % 125}/{index}.mp4", $"{name}{index}", "tag", 1))];

    private async Task<object> ReadAsync(string sql)
    {
        await using var ledger = Open();
        await ledger.Database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)ledger.Database.GetDbConnection());
        await using var reader = await command.ExecuteReaderAsync();
        var rows = 0;
        while (await reader.ReadAsync())
            rows++;
        return rows;
    }

    private async Task TimeAsync<T>(string what, Func<Task<T>> action)
    {
        var times = new List<double>();
        object? result = null;
        for (var repeat = 0; repeat <= Repeats; repeat++)
        {
            _statements.Clear();
            _own = null;
            var watch = Stopwatch.StartNew();
            result = await action();
            times.Add((_own ?? watch.Elapsed).TotalMilliseconds);
        }
        var median = times[1..].Order().ElementAt(Repeats / 2);
        var count = result switch
        {
            System.Collections.ICollection list => $", {list.Count} rows",
            int rows => string.Create(CultureInfo.InvariantCulture, $", {rows} rows"),
            _ => "",
        };
        Row(what, $"{median:0.0} ms (first {times[0]:0.0}){count}{(median > Aim ? " ABOVE THE AIM" : "")}");
        if (plans)
        {
            foreach (var plan in await _statements.ExplainAsync(connectionString))
                Console.WriteLine($"```\n{plan}\n```");
        }
    }

    private static void Row(string what, FormattableString value) => Console.WriteLine($"| {what} | {value.ToString(CultureInfo.InvariantCulture)} |");
}
