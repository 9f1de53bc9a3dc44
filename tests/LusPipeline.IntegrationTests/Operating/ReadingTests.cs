using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Operating;

/// <summary><c>lus results</c>, <c>lus studies</c> and <c>lus show</c> on the ledger of workers.</summary>
public sealed class ReadingTests(TestServers servers)
{
    [Fact]
    public async Task The_configured_database_is_read_and_named()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        var seen = await ledger.SeeAsync("p1/a.mp4", "p1/b.mp4", "p2/c.mp4");
        await ledger.FinishAsync(seen[0], new(0.2, 0.2, 0.6));
        await ledger.FinishAsync(seen[1], new(0, 0, 1));

        var results = await LusProcess.RunAsync(["results", "--format", "json"], environment: ledger.Variables());
        var studies = await ledger.RunAsync("studies", "--format", "csv");
        var show = await ledger.RunAsync("show", "p1");

        Assert.Equal(0, results.ExitCode);
        Assert.Matches("^Ledger: database db[^ ]+ on [^ ]+ \\(from LUS__Database__ConnectionString\\)$", Assert.Single(results.Errors));
        Assert.Equal(["done", "done", "found"], results.Videos.Select(video => video.GetProperty("status").GetString()));
        Assert.Equal(0.8, results.Studies[0].GetProperty("probabilities").GetProperty("healthy").GetDouble(), 12);
        Assert.StartsWith("study,status,diagnosis,", studies.Output[0], StringComparison.Ordinal);
        Assert.StartsWith("p1,done,healthy,False,0.1,0.1,0.8,", studies.Output[1], StringComparison.Ordinal);
        Assert.StartsWith("p2,open,,", studies.Output[2], StringComparison.Ordinal);
        Assert.Contains(show.Output, line => line.Contains("b.mp4", StringComparison.Ordinal));
        Assert.DoesNotContain(show.Output, line => line.Contains("earlier results", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ledger_of_many_studies_comes_whole_and_in_order()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        var keys = Enumerable.Range(0, 251).SelectMany(study => new[] { $"s{study:D3}/a.mp4", $"s{study:D3}/b.mp4" }).ToArray();
        await ledger.SeeAsync(keys);

        var all = await ledger.RunAsync("results", "--format", "csv");
        var some = await ledger.RunAsync("results", "--format", "csv", "--limit", "3");
        var table = await ledger.RunAsync("results", "--limit", "3");

        Assert.Equal(keys, all.Output.Skip(1).Select(line => string.Join('/', line.Split(',')[..2])));
        Assert.Equal(keys[..3], some.Output.Skip(1).Select(line => string.Join('/', line.Split(',')[..2])));
        Assert.Contains(table.Errors, line => line.StartsWith("The first 3 videos; there are more.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Show_has_what_earlier_generations_gave()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        var seen = await ledger.SeeAsync("p1/a.mp4", "p1/b.mp4");
        await ledger.FinishAsync(seen[0], new(0.7, 0.2, 0.1));
        await ledger.FinishAsync(seen[1], new(0, 0, 1));
        await ledger.RunAsync("replay", "--video", "p1/a.mp4");
        var waiting = await ledger.RunAsync("show", "p1", "--format", "json");
        await ledger.FinishAsync(seen[0], new(0.1, 0.2, 0.7), generation: 1);

        var json = await ledger.RunAsync("show", "p1", "--format", "json");
        var table = await ledger.RunAsync("show", "p1");

        Assert.Equal(["video", "video", "earlier", "study"], json.Json.Select(line => line.GetProperty("kind").GetString()));
        Assert.Equal("healthy", json.Video("a.mp4").GetProperty("diagnosis").GetString());
        var earlier = Assert.Single(json.OfKind("earlier"));
        Assert.Equal(Assert.Single(waiting.OfKind("earlier")).GetRawText(), earlier.GetRawText());
        Assert.Equal(("p1", "a.mp4", "covid", "tiny@1+b1b1b1b1b1b1", "fp32"), (
            Text(earlier, "study"), Text(earlier, "video"), Text(earlier, "diagnosis"), Text(earlier, "model"), Text(earlier, "variant")));
        Assert.Equal((0, 1, 0.7), (earlier.GetProperty("generation").GetInt32(), earlier.GetProperty("clips").GetInt32(), earlier.GetProperty("probabilities").GetProperty("covid").GetDouble()));
        Assert.InRange(earlier.GetProperty("predictedAt").GetDateTime(), DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow.AddMinutes(10));
        Assert.Contains(table.Output, line => line.Contains("earlier results", StringComparison.Ordinal));
        Assert.Contains(table.Output, line => line.Contains("0.700", StringComparison.Ordinal));
    }

    private static string? Text(System.Text.Json.JsonElement line, string name) => line.GetProperty(name).GetString();

    [Fact]
    public async Task Since_leaves_older_studies_out()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        await ledger.SeeAsync("p1/a.mp4");

        var recent = await ledger.RunAsync("studies", "--since", "1h", "--format", "json");
        var future = await ledger.RunAsync("studies", "--since", "2200-01-01", "--format", "json");
        var wrong = await ledger.RunAsync("studies", "--since", "yesterday");

        Assert.Single(recent.Output);
        Assert.Empty(future.Output);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("--since is an age such as", wrong.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_an_error_with_a_hint()
    {
        var result = await LusCommand.RunAsync(["results", "--set", "Database:ConnectionString=Host=127.0.0.1;Port=1;Database=lus"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.Errors, line => line.StartsWith("lus: The database at 127.0.0.1:1 does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_without_a_ledger_is_an_error_with_the_fix()
    {
        var result = await LusCommand.RunAsync(["results", "--set", $"Database:ConnectionString={await servers.NewDatabaseAsync()}"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("lus db migrate", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_that_is_named_wins_over_the_configured_database()
    {
        using var folder = new TemporaryFolder();
        var ledger = await OperatedLedger.MakeAsync(servers);

        var result = await ledger.RunAsync("results", "--home", folder["none"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("There is no ledger in", result.ErrorText, StringComparison.Ordinal);
    }
}
