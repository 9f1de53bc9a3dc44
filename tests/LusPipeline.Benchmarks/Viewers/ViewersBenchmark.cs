using System.Diagnostics;
using System.Globalization;
using LusPipeline.Benchmarks.Ledger;
using LusPipeline.Ledger.Databases;
using LusPipeline.Tests.Ledger;
using Npgsql;

namespace LusPipeline.Benchmarks.Viewers;

/// <summary>How many people look, and at what.</summary>
/// <param name="Keep">Where the private server's data stay for a next time.</param>
/// <param name="Cold">Asks for each page once when PostgreSQL has just started and nothing of its data is in memory.</param>
/// <param name="Study">Videos of one more study, whose pages one person looks at instead, as each of the users of the pages; 0: none.</param>
/// <param name="Pause">How long each looks at a page, on average; none: as fast as it can.</param>
internal sealed record ViewersRun(string Lus, string? Keep, long Clips, int Clients, int Study, TimeSpan Length, TimeSpan Pause, bool Cold);

/// <summary>One person, and then many at a time, before the pages of <c>lus serve</c> over a large ledger.</summary>
internal static class ViewersBenchmark
{
    private const int OpenStudies = 4_000;

    /// <returns>The number of answers that were none, or no page.</returns>
    public static async Task<int> MeasureAsync(ViewersRun run)
    {
        await using var server = await PrivatePostgres.StartAsync(run.Keep);
        await new LedgerMigration(PostgresLedger.Open(new DatabaseOptions { ConnectionString = server.ConnectionString })).RunAsync(() => { }, _ => { }, default);
        var bulk = new BulkLedger(server.ConnectionString, OpenStudies);
        await bulk.FillAsync(run.Clips, Console.Error.WriteLine);
        await server.MakeRolesAsync();
        if (run.Study > 0)
        {
            await LookAtStudyAsync(run, server, bulk);
            return 0;
        }
        await using (var named = await ServeProcess.StartAsync(run.Lus, As(server, "lus_web_names"), names: true))
            await new LoneViewer(named, run.Cold ? server : null).LookAsync(await bulk.StudiesAsync());
        if (run.Clients == 0)
            return 0;
        await using var served = await ServeProcess.StartAsync(run.Lus, As(server, "lus_web"));

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
        Line($"\n{run.Clients} viewers, each {run.Pause.TotalSeconds:0.#} s before a page, {Environment.ProcessorCount} cores, load {Load()}\n");
        times.Print(watch.Elapsed);
        Line($"lus serve: {(served.Time - before).TotalSeconds:0.0} s of CPU in {watch.Elapsed.TotalSeconds:0.0} s, {served.PeakMemory >> 20} MiB at its peak");
        viewers.ForEach(viewer => viewer.Dispose());
        return times.Errors;
    }

    private static async Task LookAtStudyAsync(ViewersRun run, PrivatePostgres server, BulkLedger bulk)
    {
        var (study, video) = await bulk.AddStudyAsync(run.Study);
        foreach (var user in new[] { "lus_web_names", "lus_web" })
        {
            await using var served = await ServeProcess.StartAsync(run.Lus, As(server, user), names: user == "lus_web_names");
            Line($"\n{user}, a study of {run.Study:N0} videos\n");
            await new LoneViewer(served, run.Cold ? server : null).LookAtAsync(study, video);
        }
    }

    /// <summary>How many processes wanted a core on average in the last minute, these ones too.</summary>
    public static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static string As(PrivatePostgres server, string user) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = user }.ConnectionString;

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
