using System.CommandLine;
using System.Text.Json;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Status;
using Spectre.Console;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus status</c></summary>
internal static class StatusCommand
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var settings = new SettingsArguments();
        var watch = new Option<bool>("--watch") { Description = $"Repeat until Ctrl-C, every {WatchInterval.TotalSeconds:0} s" };
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("status", """
            Show where the work of the workers stands: what waits, runs, is done and failed at each stage, the rate and when it will be
            done, what waits in the queues, and which workers live. Of a large ledger, what is done is an estimate (~).
            """)
        {
            watch,
            json,
        }.WithExamples("lus status", "lus status --watch", "lus status --json | jq '.stages[] | {stage, waiting, failures}'");
        settings.AddTo(command);
        command.SetDatabaseAction(settings, async (result, values, open, cancellation) =>
        {
            await PostgresLedger.RequireVersionAsync(open, cancellation);
            await using var queues = new QueueReader(values.Get<BrokerOptions>());
            var reader = new StatusReader(open, values.Get<LeaseOptions>().Duration);
            async Task<PipelineStatus> ReadAsync(CancellationToken token)
            {
                var depths = queues.ReadAsync(token);
                var ledger = await reader.ReadAsync(token);
                return new(ledger, await depths);
            }

            Action<PipelineStatus> write = result.GetValue(json)
                ? status => Console.Out.WriteLine(JsonSerializer.Serialize(StatusJson.From(status), CliJson.Lines.StatusJson))
                : status => Terminal.Output.Write(StatusTable.Create(status));
            if (result.GetValue(watch))
                await WatchAsync(ReadAsync, result.GetValue(json) ? write : null, cancellation);
            else
                write(await ReadAsync(cancellation));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WatchAsync(Func<CancellationToken, Task<PipelineStatus>> read, Action<PipelineStatus>? write, CancellationToken cancellation)
    {
        using var interruption = new Interruption(quiet: true);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, interruption.Token);
        using var timer = new PeriodicTimer(WatchInterval);
        try
        {
            var status = await read(stopping.Token);
            if (write is not null || !Terminal.Output.Profile.Capabilities.Interactive)
            {
                write ??= each => Terminal.Output.Write(StatusTable.Create(each));
                for (; ; status = await read(stopping.Token))
                {
                    write(status);
                    await timer.WaitForNextTickAsync(stopping.Token);
                }
            }
            await Terminal.Output.Live(StatusTable.Create(status)).StartAsync(async live =>
            {
                while (await timer.WaitForNextTickAsync(stopping.Token))
                    live.UpdateTarget(StatusTable.Create(await read(stopping.Token)));
            });
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }
}
