using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LusPipeline.IntegrationTests.Http;

/// <summary><c>lus health</c> beside a server that answers as a worker does.</summary>
public sealed class HealthCommandTests
{
    [Theory]
    [InlineData("ready", 0)]
    [InlineData("live", 1)]
    public async Task The_exit_code_is_the_answer_and_the_reasons_are_printed(string check, int expected)
    {
        await using var worker = await StartAsync();

        var health = await AskAsync(worker.Urls.First(), check);

        Assert.Equal((expected, $$"""{"asked":"/health/{{check}}"}"""), (health.ExitCode, Assert.Single(health.Output)));
    }

    [Fact]
    public async Task A_worker_that_listens_on_all_addresses_is_asked_on_loopback()
    {
        await using var worker = await StartAsync();
        var port = new Uri(worker.Urls.First()).Port;

        Assert.Equal(0, (await AskAsync($"http://0.0.0.0:{port}", "ready")).ExitCode);
    }

    [Fact]
    public async Task Where_nobody_answers_the_exit_code_is_1_and_the_address_is_named()
    {
        string url;
        await using (var gone = await StartAsync())
            url = gone.Urls.First();

        var health = await AskAsync(url, "live");

        Assert.Equal(1, health.ExitCode);
        Assert.Contains($"No worker answers at {url}/health/live", Assert.Single(health.Errors), StringComparison.Ordinal);
    }

    private static Task<LusResult> AskAsync(string url, string check) =>
        LusCommand.RunAsync(["health", check], new Dictionary<string, string?> { ["LUS__Http__Url"] = url });

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/health/ready" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync($$"""{"asked":"{{context.Request.Path}}"}""");
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
