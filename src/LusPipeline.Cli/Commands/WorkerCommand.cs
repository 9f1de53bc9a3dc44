using System.CommandLine;
using LusPipeline.Buckets.S3;
using LusPipeline.Cli.Arguments;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;
using LusPipeline.Hosting.Worker;
using LusPipeline.Ledger.Databases;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus worker</c></summary>
internal static class WorkerCommand
{
    public static Command Create()
    {
        var command = new Command("worker", """
            Run stages of the pipeline against RabbitMQ, PostgreSQL and a bucket, until Ctrl-C or SIGTERM.

            Videos that are put into the watched bucket become jobs on queues; any number of workers take them.
            Research use only: not a medical device.
            """)
        {
            CreateStage(Stage.Ingest.Name(), StageSet.Ingest, "Watch the bucket, and cut videos into clips"),
            CreateStage(Stage.Features.Name(), StageSet.Features, "Run the backbone over clips"),
            CreateStage(Stage.Sequence.Name(), StageSet.Sequence, "Run the head over features"),
            CreateStage("all", StageSet.All, "All stages in one process"),
        };
        return command.WithExamples(
            "lus worker all --config /etc/lus/appsettings.json",
            "LUS__Broker__Uri__File=/run/secrets/broker-uri lus worker features",
            "lus worker ingest --set Watch:Interval=2s");
    }

    private static Command CreateStage(string name, StageSet stages, string description)
    {
        var settings = new SettingsArguments();
        var command = new Command(name, description).WithExamples($"lus worker {name}", $"lus worker {name} --config /etc/lus/appsettings.json");
        settings.AddTo(command);
        command.SetStoppableAction((result, cancellation) => RunAsync(settings.Sources(result), stages, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ConfigurationSources sources, StageSet stages, CancellationToken stopping)
    {
        var settings = LoadedSettings.Load(sources, DatabaseOptions.Section, BrokerOptions.Section, S3Options.Section);
        ArchiveSettings.Require(settings, stages);
        await using var worker = WorkerHost.Build(settings, stages, logging => AddConsole(logging, settings));
        await worker.RunAsync(stopping);
        return ExitCode.Done;
    }

    private static void AddConsole(ILoggingBuilder logging, LoadedSettings settings) => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        })
        .AddFilter("MassTransit", LogLevel.None).AddFilter("Microsoft", LogLevel.Warning)
        .AddConfiguration(settings.Logging);
}
