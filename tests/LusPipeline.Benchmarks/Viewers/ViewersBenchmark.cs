using System.Diagnostics;
using System.Globalization;
using LusPipeline.Benchmarks.Ledger;
using LusPipeline.Ledger.Databases;
using LusPipeline.Tests.Ledger;
using Npgsql;

namespace LusPipeline.Benchmarks.Viewers;

/// <summary>How many people look, and at what.</summary>
/// <param name="Keep">Where the private server's data stay for a next time.</param>
/// <param name="Pause">How long each looks at a page, on average; none: as fast as it can.</param>
internal sealed record ViewersRun(string Lus, string? Keep, long Clips, int Clients, TimeSpan Length, TimeSpan Pause);

/// <summary>Many people at a time before the pages of <c>lus serve</c> over a large ledger, as the database user <c>lus_web</c>.</summary>
internal static class ViewersBenchmark
{
    private const int OpenStudies = 4_000;

    /// <returns>The number of answers that were none, or no page.</returns>
    public static async Task<int> MeasureAsync(ViewersRun run)
    {
        await using var server = await PrivatePostgres.StartAsync(run.Keep);
        await new LedgerMigration(PostgresLedger.Open(new DatabaseOptions { ConnectionString = server.ConnectionString })).RunAsync(() => { }, _ => { }, default);
        await new BulkLedger(server.ConnectionString, OpenStudies).FillAsync(run.Clips, Console.Error.WriteLine);
        await server.MakeRolesAsync();
        await using var served = await ServeProcess.StartAsync(run.Lus, new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "lus_web" }.ConnectionString);

        // The first questions of all pay for compiling; they are walked once alone and not counted.
        using (var first = new Viewer(0, served, TimeSpan.Zero, new AnswerTimes()))
        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
            await first.WalkAsync(soon.Token);
        var times = new AnswerTimes();
        var before = served.Time;
        var viewers = Enumerable.Range(1, run.Clients).Select(number => new Viewer(number, served, run.Pause, times)).ToList();
        using var stop = new CancellationTokenSource(run.Length);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(viewers.Select(viewer => Task.Run(() => viewer.WalkAsync(stop.Token))));
        Line($"{run.Clients} viewers, each {run.Pause.TotalSeconds:0.#} s before a page, {Environment.ProcessorCount} cores");
        times.Print(watch.Elapsed);
        Line($"lus serve: {(served.Time - before).TotalSeconds:0.0} s of CPU in {watch.Elapsed.TotalSeconds:0.0} s, {served.PeakMemory >> 20} MiB at its peak");
        viewers.ForEach(viewer => viewer.Dispose());
        return times.Errors;
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
