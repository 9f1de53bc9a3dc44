using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Cli.Reports;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Run;
using LusPipeline.Training.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus run PATH…</c></summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var options = new RunOptions();
        var paths = new Argument<string[]>("path")
        {
            Description = "Videos, or folders whose first-level folders are studies; or one archive, as dicomweb+https://HOST/PATH",
            Arity = ArgumentArity.OneOrMore,
        };
        var watch = new Option<bool>("--watch") { Description = "Keep running and analyse new videos as they arrive, until Ctrl-C" };
        var archive = new ArchiveArguments();
        var command = new Command("run", """
            Turn lung ultrasound videos into diagnoses on this machine.

            Running again does nothing for finished videos; an interrupted run goes on where it stopped.
            Exit codes: 0 all done; 2 some videos rejected or failed; 1 usage, model or engine error, or no video; 130 interrupted.
            Research use only: not a medical device.
            """)
        {
            paths,
            watch,
        }.WithExamples(
            "lus run videos/",
            "lus run patient1.mp4 patient2.gif --home /data/lus",
            "lus run videos/ --clips windows --window 2 --stride 1",
            "lus run videos/ --labels videos.csv",
            "lus run videos/ --labels videos.csv --report report.html",
            "lus run videos/ --json | jq 'select(.kind == \"video\")'",
            "lus run videos/ --fast",
            "lus run inbox/ --watch",
            "lus run dicomweb+https://archive.example.org/dicom-web --since 2026-11-01",
            "lus run -- -starts-with-a-dash.mp4");
        options.AddTo(command);
        archive.AddTo(command);
        command.SetGuardedAction((result, _) => RunAsync(result, options, result.GetRequiredValue(paths), result.GetValue(watch), archive));
        return command;
    }

    /// <summary>Runs on the paths and returns the exit code.</summary>
    internal static async Task<int> RunAsync(ParseResult result, RunOptions options, IReadOnlyList<string> paths, bool watch, ArchiveArguments? archive = null)
    {
        using var interruption = new Interruption();
        var labels = result.GetValue(options.Labels) is { } labelled ? VideoLabels.Read(labelled) : null;
        var source = archive?.Read(result, paths);
        var request = options.Request(result, source is null ? paths : [], watch) with { Archive = source };
        if (source is { IsPlain: true })
            await Console.Error.WriteLineAsync("lus: the archive is asked without encryption: whoever is on the way can read and change loops and credentials. Write dicomweb+https.");
        var page = result.GetValue(options.Report);
        if (page is not null && watch)
        {
            await Console.Error.WriteLineAsync("lus: --report is written at the end of a run, and --watch has none. Run again without --watch: finished videos are not analysed again.");
            return ExitCode.Error;
        }
        if (page is not null)
            WholeFile.RequireFolder(page);
        var progress = new RunProgress();
        var writer = new RunReportWriter(result.GetValue(options.Json), labels);
        var verbose = result.GetValue(options.Verbose);
        var run = new EmbeddedRun(request, progress, writer.OnVideo, TimeProvider.System, logging => AddStderr(logging, verbose)).RunAsync(interruption.Token);
        await new RunDisplay(progress, Terminal.Error, TimeProvider.System).ShowAsync(run);
        var report = await run;
        writer.Finish(report);
        if (report.Interrupted)
            return ExitCode.Interrupted;
        if (page is not null && report.Videos.Count > 0)
            await RunReportFile.WriteAsync(page, request, report, labels, interruption.Token);
        if (report.Videos.Count == 0)
        {
            await Console.Error.WriteLineAsync(request.Archive is { } searched
                ? $"lus: the archive has no instance of modality {searched.Modality}{(searched.Since is { } since ? $" since {since:yyyy-MM-dd}" : "")}."
                : $"lus: no video found under {string.Join(", ", paths)}. Give a video, or a folder with videos (mp4, mov, avi, mpeg, gif, webm …).");
            return ExitCode.Error;
        }
        return report.Videos.All(entry => entry.Video.Status == WorkStatus.Done) ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static void AddStderr(ILoggingBuilder logging, bool verbose)
    {
        logging.AddFilter("MassTransit", LogLevel.None).AddFilter("Microsoft", LogLevel.Warning).SetMinimumLevel(LogLevel.Information);
        if (!verbose)
            return;
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
