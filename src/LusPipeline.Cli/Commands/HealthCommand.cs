using System.CommandLine;
using System.Net;
using LusPipeline.Cli.Arguments;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus health</c>: a container's health check, where the image has no other client of HTTP.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var settings = new SettingsArguments();
        var check = new Argument<string>("check")
        {
            Description = "live: it works. ready: it has its servers and its model. started: it has started",
            DefaultValueFactory = _ => "ready",
        };
        check.AcceptOnlyFromAmong("live", "ready", "started");
        check.HelpName = "check";
        var command = new Command("health", $"""
            Ask the worker of this machine or container how it is, at Http:Url.

            The exit code is 0 when it is well, and 1 when it is not or does not answer within {Patience.TotalSeconds:0} s.
            """)
        {
            check,
        }.WithExamples("lus health", "lus health live", "docker exec CONTAINER /app/lus health ready");
        settings.AddTo(command);
        command.SetGuardedAction(async (result, cancellation) =>
        {
            var output = result.InvocationConfiguration;
            if (LoadedSettings.One<HttpOptions>(settings.Sources(result)).OwnUrl is { } url)
                return await AskAsync(new(url, $"/health/{result.GetRequiredValue(check)}"), output, cancellation);
            await output.Error.WriteLineAsync("lus: Http:Url is empty, so workers do not answer. Set it, for example to http://127.0.0.1:8080.");
            return ExitCode.Error;
        });
        return command;
    }

    private static async Task<int> AskAsync(Uri address, InvocationConfiguration output, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = 64 * 1024 };
        try
        {
            using var answer = await client.GetAsync(address, cancellation);
            await output.Output.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellation));
            return answer.StatusCode == HttpStatusCode.OK ? ExitCode.Done : ExitCode.Error;
        }
        catch (Exception silent) when (silent is HttpRequestException || (silent is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            await output.Error.WriteLineAsync($"lus: No worker answers at {address} ({silent.Message}).");
            return ExitCode.Error;
        }
    }
}
