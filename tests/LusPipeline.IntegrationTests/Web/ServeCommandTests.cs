using System.Net;
using System.Text.RegularExpressions;
using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Web;

/// <summary><c>lus serve</c> as a user starts and ends it.</summary>
public sealed class ServeCommandTests(TestServers servers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task It_shows_the_ledger_until_it_is_interrupted(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("mustermann/a.mp4"), new ClassProbabilities(0.1, 0.2, 0.7));
        string[] arguments = shared.Home is { } home ? ["serve", "--port", "0", "--home", home] : ["serve", "--port", "0"];
        var environment = shared.Home is null ? new Dictionary<string, string?> { ["LUS__Database__ConnectionString"] = shared.ConnectionString } : null;

        await using var lus = LusProcess.Start(arguments, environment: environment);
        var line = await lus.OutputLineAsync(text => text.Contains("shows the ledger", StringComparison.Ordinal), Patience);
        var address = new Uri(Regex.Match(line, "http://127\\.0\\.0\\.1:[0-9]+").Value);
        using var client = new HttpClient { BaseAddress = address };
        var page = await client.GetStringAsync(new Uri("/", UriKind.Relative), Cancellation);

        // A laptop's ledger is its user's; a server's is not everybody's who reaches the pages.
        Assert.Equal(kind == LedgerKind.Sqlite, page.Contains("mustermann", StringComparison.Ordinal));
        Assert.Contains("1 study open", page, StringComparison.Ordinal);
        using var model = await client.GetAsync(new Uri("/models", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, model.StatusCode);
        lus.SendInterrupt();
        var ended = await lus.EndAsync();
        Assert.Equal(0, ended.ExitCode);
        Assert.DoesNotContain("work in hand", ended.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_ledger_it_says_how_to_make_one()
    {
        using var folder = new TemporaryFolder();

        var result = await LusCommand.RunAsync(["serve", "--home", folder.Path]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Run lus run first", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_address_than_this_machines_needs_a_token()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);

        var result = await LusCommand.RunAsync(["serve", "--home", shared.Home!, "--set", "Web:Url=http://0.0.0.0:0"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("LUS__Web__Token__File", result.ErrorText, StringComparison.Ordinal);
    }
}
