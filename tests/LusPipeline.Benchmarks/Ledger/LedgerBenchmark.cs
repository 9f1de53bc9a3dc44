using System.Collections;
using System.Diagnostics;
using System.Globalization;
using LusPipeline.Ledger.Databases;
using LusPipeline.Tests.Ledger;

namespace LusPipeline.Benchmarks.Ledger;

/// <summary>How a large ledger is measured.</summary>
/// <param name="Database">Npgsql's form; null for a private server.</param>
/// <param name="Keep">Where the private server's data stay for a next time.</param>
/// <param name="Plans">Prints how PostgreSQL goes about each statement.</param>
/// <param name="Cold">Asks each question once of a private server that has nothing in memory.</param>
/// <param name="Only">A part of the names of questions.</param>
internal sealed record LedgerRun(string? Database, string? Keep, long Clips, bool Plans, bool Cold, string Only);

/// <summary>What people, dashboards and workers ask of a large ledger, and how long each takes.</summary>
internal sealed class LedgerBenchmark(LedgerRun run, PrivatePostgres? server, LargeLedger large)
{
    private const int OpenStudies = 4_000;
    private const int Repeats = 12;
    private const double Aim = 300;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    public static async Task MeasureAsync(LedgerRun run)
    {
        await using var server = run.Database is null ? await PrivatePostgres.StartAsync(run.Keep) : null;
        var connection = run.Database ?? server!.ConnectionString;
        await new LedgerMigration(PostgresLedger.Open(new DatabaseOptions { ConnectionString = connection })).RunAsync(() => { }, _ => { }, default);
        var bulk = new BulkLedger(connection, OpenStudies);
        await bulk.FillAsync(run.Clips, Console.Error.WriteLine);
        await (server?.MakeRolesAsync() ?? Task.CompletedTask);
        await new LedgerBenchmark(run, server, new LargeLedger(connection, await bulk.StudiesAsync(), OpenStudies)).MeasureAsync();
    }

    private async Task MeasureAsync()
    {
        await using (var ledger = large.Open())
        {
            foreach (var table in await LedgerTables.ReadAsync(ledger, default))
                Line($"| {table.Name} | {table.Rows:N0} rows | {table.Bytes >> 20:N0} MB | of it indexes {table.IndexBytes >> 20:N0} MB |");
        }
        Line($"\n| question | {(run.Cold ? "cold" : "first")}, ms | warm, ms | best, ms | rows |\n|---|---|---|---|---|");
        await AskAsync(large, new CommandQuestions(large).All().Concat(new WorkerQuestions(large).All()).Concat(new ViewQuestions(large).All()));
        var viewer = server is null ? large : large.As("lus_web_names");
        await AskAsync(viewer, new PageQuestions(viewer).All());
        var dashboard = server is null ? large : large.As("lus_dashboard");
        await AskAsync(dashboard, new PanelQuestions(dashboard).All());
        await AskAsync(dashboard, new PanelQuestions(dashboard).OverYear());
    }

    private async Task AskAsync(LargeLedger asked, IEnumerable<Question> questions)
    {
        foreach (var question in questions.Where(question => question.Name.Contains(run.Only, StringComparison.Ordinal)))
            await AskAsync(asked, question);
    }

    private async Task AskAsync(LargeLedger asked, Question question)
    {
        double? cold = null;
        if (run.Cold && server is not null)
        {
            await (question.PrepareAsync?.Invoke() ?? Task.CompletedTask);
            await server.CoolAsync();
            await asked.ConnectAsync();
            (cold, _) = await TimeAsync(question);
        }
        var times = new List<double>();
        object? answer = null;
        var began = Stopwatch.StartNew();
        while (times.Count < 2 || (times.Count <= Repeats && began.Elapsed < Enough))
        {
            await (question.PrepareAsync?.Invoke() ?? Task.CompletedTask);
            asked.Statements.Clear();
            (var time, answer) = await TimeAsync(question);
            times.Add(time);
        }
        // The first brings in what the others find.
        var warm = times[1..].Order().ElementAt((times.Count - 1) / 2);
        var rows = answer switch
        {
            ICollection list => list.Count,
            int count => count,
            long count => count,
            _ => (long?)null,
        };
        Line($"| {question.Name} | {cold ?? times[0]:0} | {warm:0.0}{(warm > Aim ? " ABOVE THE AIM" : "")} | {times.Min():0.0} | {rows:N0} |");
        if (run.Plans)
        {
            foreach (var plan in await asked.Statements.ExplainAsync(asked.ConnectionString))
                Console.WriteLine($"```\n{plan}\n```");
        }
    }

    private static async Task<(double Milliseconds, object? Answer)> TimeAsync(Question question)
    {
        var watch = Stopwatch.StartNew();
        var answer = await question.AskAsync();
        return (watch.Elapsed.TotalMilliseconds, answer);
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
