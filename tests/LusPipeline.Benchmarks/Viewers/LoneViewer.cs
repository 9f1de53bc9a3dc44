using System.Diagnostics;
using System.Globalization;
using LusPipeline.Benchmarks.Ledger;

namespace LusPipeline.Benchmarks.Viewers;

/// <summary>One person who asks for one page after the other, of each kind of page that there is.</summary>
/// <param name="server">Starts again with nothing in memory before each page; null if it goes on.</param>
internal sealed class LoneViewer(ServeProcess served, PrivatePostgres? server)
{
    private const int Repeats = 12;
    private const double Aim = 300;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(20);

    /// <param name="studies">The number of studies of the ledger.</param>
    public async Task LookAsync(long studies)
    {
        using var client = served.Client();
        await LookAsync(client, await PagesAsync(client, studies));
    }

    /// <param name="study">The newest study.</param>
    /// <param name="video">One of its videos.</param>
    public async Task LookAtAsync(Guid study, Guid video)
    {
        using var client = served.Client();
        await LookAsync(client, [("studies: newest", "/"), ("the study", $"/studies/{study}"), ("a video of it", $"/videos/{video}"), ("API: the study", $"/api/v1/studies/{study}")]);
    }

    private async Task LookAsync(HttpClient client, List<(string Kind, string Address)> pages)
    {
        // The first of each kind pays for compiling.
        foreach (var (_, address) in pages)
            await AskAsync(client, address);
        Console.WriteLine($"one viewer, load {ViewersBenchmark.Load()}\n\n| page | {(server is null ? "first" : "cold")}, ms | warm, ms | longest warm, ms |\n|---|---|---|---|");
        foreach (var (kind, address) in pages)
        {
            if (server is not null)
                await server.CoolAsync();
            var first = await AskAsync(client, address);
            var warm = new List<double>();
            var began = Stopwatch.StartNew();
            while (warm.Count < Repeats && (warm.Count == 0 || began.Elapsed < Enough))
                warm.Add((await AskAsync(client, address)).Milliseconds);
            warm.Sort();
            var note = first.Status == 200 ? "" : $" ({first.Status})";
            var above = Math.Max(first.Milliseconds, warm[^1]) > Aim ? " ABOVE THE AIM" : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {first.Milliseconds:0}{note} | {warm[warm.Count / 2]:0} | {warm[^1]:0}{above} |"));
        }
    }

    private static async Task<List<(string Kind, string Address)>> PagesAsync(HttpClient client, long studies)
    {
        string Day(int ago) => DateTime.UtcNow.Date.AddDays(-ago).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var day = $"/?since={Day(100)}&until={Day(100)}";
        var study = Viewer.Study().Match(await client.GetStringAsync(new Uri(day, UriKind.Relative))).Value;
        var video = Viewer.Video().Match(await client.GetStringAsync(new Uri(study, UriKind.Relative))).Value;
        return
        [
            ("studies: newest", "/"),
            ("studies: older, in the middle of the year", $"/?until={Day(180)}"),
            ("studies: a day", $"/?since={Day(200)}&until={Day(200)}"),
            ("studies: open", "/?status=open"),
            ("studies: failed", "/?status=failed"),
            ("studies: of a model", "/?model=xception"),
            ("studies: a whole name", string.Create(CultureInfo.InvariantCulture, $"/?name=study{studies / 2}")),
            ("studies: a part of a name that is not there", "/?name=nobody"),
            ("studies: covid", "/?diagnosis=covid"),
            ("studies: covid, a year ago", $"/?diagnosis=covid&until={Day(350)}"),
            ("studies: uncertain", "/?uncertain=true"),
            ("studies: certainly healthy", "/?diagnosis=healthy&uncertain=false"),
            ("a study", study),
            ("a video", video),
            ("operations", "/operations"),
            ("models", "/models"),
            ("API: studies", $"/api/v1/studies?limit=50&until={Day(300)}"),
            ("API: trace of a study", $"/api/v1{study}/trace"),
            ("API: status", "/api/v1/status"),
        ];
    }

    private static async Task<(double Milliseconds, int Status)> AskAsync(HttpClient client, string address)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        await answer.Content.ReadAsByteArrayAsync();
        return (watch.Elapsed.TotalMilliseconds, (int)answer.StatusCode);
    }
}
