using System.Globalization;
using System.Text.Json;
using LusPipeline.Benchmarks.Ledger;
using LusPipeline.Benchmarks.Viewers;
using Npgsql;

namespace LusPipeline.BrowserTests;

/// <summary>
/// How soon the list of studies is there, in a browser, on the ledger of 10 million clips that the benchmark <c>ledger --keep DIR</c> made:
/// <c>LUS_LARGE_LEDGER=DIR tests/run.sh web -class '*LargeLedgerTests'</c>. Without that folder these tests are skipped.
/// </summary>
public sealed class LargeLedgerTests(Browser browser)
{
    private const int Repeats = 5;

    /// <summary>Milliseconds from navigation to the event load, and to the first row on the screen.</summary>
    private const double Aim = 1000;

    /// <summary>Notes when the frame is over in which the first row had its place.</summary>
    private const string NoteFirstRow = """
        const look = () => document.querySelector(".studies tbody tr")?.getBoundingClientRect().height > 0
          ? requestAnimationFrame(() => { window.firstRow = performance.now(); })
          : requestAnimationFrame(look);
        requestAnimationFrame(look);
        """;

    [Theory]
    [InlineData(1280, 900)]
    [InlineData(390, 844)]
    public async Task The_list_is_there_within_a_second(int width, int height)
    {
        var folder = Environment.GetEnvironmentVariable("LUS_LARGE_LEDGER");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "LUS_LARGE_LEDGER names no folder of the benchmark ledger --keep.");
        await using var server = await PrivatePostgres.StartAsync(Path.GetFullPath(folder!));
        await server.MakeRolesAsync();
        await using var served = await ServeProcess.StartAsync(
            Path.Combine(AppContext.BaseDirectory, "lus"), new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "lus_web" }.ConnectionString);

        Console.WriteLine($"window of {width} × {height} pixels, load {(await File.ReadAllTextAsync("/proc/loadavg", TestContext.Current.CancellationToken)).Split(' ')[0]}\n");
        Console.WriteLine("| ledger, browser's cache | answer, ms | load, ms | first row, ms |\n|---|---|---|---|");
        // The first page of a program that has just started waits for compiling too, and is not counted.
        await LookAsync("warm, cold, just started", served, width, height, 1);
        await server.CoolAsync();
        var slowest = await LookAsync("cold, cold", served, width, height, 1);
        for (var round = 0; round < Repeats; round++)
            slowest = Math.Max(slowest, await LookAsync($"warm, cold ({round + 1})", served, width, height, 1));
        slowest = Math.Max(slowest, await LookAsync("warm, warm", served, width, height, 1 + Repeats));
        Assert.True(slowest < Aim, $"{slowest} ms");
    }

    /// <summary>Opens the list several times in one browser. All times but the first are those of a browser that has style and script.</summary>
    /// <returns>The longest time.</returns>
    private async Task<double> LookAsync(string what, ServeProcess served, int width, int height, int times)
    {
        await using var page = await browser.OpenAsync(served.Address, width, height, token: ServeProcess.Token);
        await page.Page.AddInitScriptAsync(NoteFirstRow);
        var slowest = 0.0;
        for (var time = 0; time < times; time++)
        {
            await page.GoAsync("/");
            await page.Page.Locator(".studies tbody tr").First.WaitForAsync();
            var seen = await page.Page.EvaluateAsync<JsonElement>("""
                () => new Promise(done => {
                  const ask = () => {
                    const [way] = performance.getEntriesByType("navigation");
                    if (window.firstRow && way.loadEventEnd) done({ answer: way.responseEnd, load: way.loadEventEnd, row: window.firstRow });
                    else requestAnimationFrame(ask);
                  };
                  ask();
                })
                """);
            if (times > 1 && time == 0)
                continue;
            var (answer, load, row) = (seen.GetProperty("answer").GetDouble(), seen.GetProperty("load").GetDouble(), seen.GetProperty("row").GetDouble());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {answer:0} | {load:0} | {row:0} |"));
            slowest = Math.Max(slowest, Math.Max(load, row));
        }
        return slowest;
    }
}
