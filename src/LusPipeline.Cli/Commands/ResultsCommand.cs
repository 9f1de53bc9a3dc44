using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CsvHelper;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Exporting;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Reports;
using LusPipeline.Hosting.Results;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus results</c></summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var study = new Option<string[]>("--study") { Description = "Only these studies", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var since = SinceOption.Create("--since", "Only studies that were first seen or completed since then: an age such as 12h or 7d, or a UTC time");
        var limit = LimitOption.Create("videos");
        var labels = new Option<string?>("--labels")
        {
            Description = "csv with the columns file and label, or the word 'folders': adds accuracy and the confusion matrix, over all videos",
            HelpName = "FILE",
        };
        var format = OutputFormat.OrFiles();
        var folder = new Option<string?>("--out") { Description = "Folder for the files of --format parquet and dicom-sr; files that are there are written anew", HelpName = "FOLDER" };
        var store = new Option<bool>("--store") { Description = "Store the reports of --format dicom-sr in the archive of the settings (Archive:Url), beside --out or without it" };
        var withNames = new Option<bool>("--names") { Description = "Parquet files have the names of studies and videos, which may be a patient's, beside their ids" };
        var originals = new Option<string[]>("--originals")
        {
            Description = "Files and folders of DICOM loops, for --format dicom-sr; if left out, where lus run found them, or the workers' bucket",
            HelpName = "PATH",
            DefaultValueFactory = _ => [],
        };
        var command = new Command("results", "Print the results of videos, by study") { study, since, limit, labels, format, folder, store, withNames, originals }.WithExamples(
            "lus results",
            "lus results --study patient1",
            "lus results --since 12h",
            "lus results --labels videos.csv",
            "lus results --format csv > results.csv",
            "lus results --format parquet --out results/ --since 2d",
            "lus results --format dicom-sr --out reports/ --since 12h",
            "lus results --format dicom-sr --store --study dicom-70b3d79c0e2be33309c4802306f10ec5",
            "LUS__Database__ConnectionString__File=/run/secrets/database lus results");
        command.SetLedgerAction(ledger, async (result, cancellation) =>
        {
            var known = result.GetValue(labels) is { } source ? VideoLabels.Read(source) : null;
            using var opened = await ledger.OpenToReadAsync(result, cancellation);
            var filter = new StudyFilter
            {
                Names = result.GetRequiredValue(study) is { Length: > 0 } names ? names : null,
                Since = result.GetValue(since),
            };
            var how = result.GetRequiredValue(format);
            if (how == OutputFormat.Parquet)
                return await ExportAsync(opened.Open, filter, result.GetValue(folder), result.GetValue(withNames), cancellation);
            if (how == OutputFormat.DicomSr)
            {
                var archive = result.GetValue(store) ? opened.Settings ?? LoadedSettings.Load(ledger.Sources(result)) : null;
                return await ReportAsync(opened, filter, result.GetValue(folder), archive, result.GetRequiredValue(originals), cancellation);
            }
            var most = result.GetValue(limit) ?? (how == OutputFormat.Table && known is null ? LimitOption.OfTables : int.MaxValue);
            var studies = TakeAsync(new ResultReader(opened.Open).StreamAsync(filter, cancellation), most, cancellation);
            await (how switch
            {
                OutputFormat.Json => WriteJsonAsync(studies),
                OutputFormat.Csv => WriteCsvAsync(studies, known),
                _ => WriteTableAsync(studies, known, new TrainingOfModels(ModelsOf(opened))),
            });
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The folders in which the bundles of a ledger's results may be.</summary>
    private static IEnumerable<string> ModelsOf(OpenedLedger opened)
    {
        IEnumerable<string?> places = opened.Settings?.Get<ModelOptions>() is { } models
            ? [models.Bundle, .. models.More]
            : [.. HomePlaces.Read(opened.HomePath!).Models, HomeFolder.FastIn(opened.HomePath!)];
        return places.Append(BundleCatalog.Root()).OfType<string>();
    }

    private static async Task<int> ExportAsync(Func<LedgerContext> open, StudyFilter filter, string? folder, bool names, CancellationToken cancellation)
    {
        if (folder is null)
        {
            await Console.Error.WriteLineAsync("lus: --format parquet writes files. Name their folder with --out.");
            return ExitCode.Error;
        }
        var export = new ParquetExport(folder, names);
        await export.WriteAsync(new ResultReader(open).StreamDaysAsync(filter, cancellation), cancellation);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{export.Studies} studies of {export.Days} days are in {folder}: studies, videos and clips."));
        await Console.Out.WriteLineAsync(ResearchNotice.Text);
        return ExitCode.Done;
    }

    /// <param name="archive">The settings that name the archive to store in; null to store nowhere.</param>
    private static async Task<int> ReportAsync(
        OpenedLedger ledger, StudyFilter filter, string? folder, LoadedSettings? archive, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        if (folder is null && archive is null)
        {
            await Console.Error.WriteLineAsync("lus: --format dicom-sr writes files or stores them. Name their folder with --out, or give --store.");
            return ExitCode.Error;
        }
        using var connection = archive is null ? null : ArchiveSettings.Connect(archive);
        using var places = ledger.OpenOriginals(paths);
        var export = new ReportExport(folder, connection is null ? null : new ArchiveStore(connection), new DicomReports(ledger.Open, places.Bucket));
        await foreach (var study in new ResultReader(ledger.Open).StreamAsync(filter, cancellation))
            await export.WriteAsync(study, cancellation);
        var where = string.Join(" and ", new[] { folder, archive is null ? null : "the archive" }.OfType<string>());
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{export.Written} reports are in {where}. {export.Other} studies have no DICOM loops or no result yet; {export.Failed} reports could not be made or stored."));
        await Console.Out.WriteLineAsync(ResearchNotice.Text);
        return export.Failed == 0 ? ExitCode.Done : ExitCode.Incomplete;
    }

    /// <summary>Yields studies with their videos until the limit on videos is reached. If there are more, it says so.</summary>
    private static async IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> TakeAsync(
        IAsyncEnumerable<StudyResult> studies, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var left = most;
        await foreach (var study in studies.WithCancellation(cancellation))
        {
            var videos = study.Videos.Take(left).ToList();
            if (videos.Count > 0 || study.Videos.Count == 0)
                yield return (study, videos);
            left -= videos.Count;
            if (videos.Count == study.Videos.Count)
                continue;
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"The first {most} videos; there are more. --study and --since choose, --limit N prints more, --format csv prints all."));
            yield break;
        }
    }

    private static async Task WriteJsonAsync(IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> studies)
    {
        await foreach (var (study, videos) in studies)
        {
            foreach (var video in videos)
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(VideoJson.From(video, cached: true), CliJson.Lines.VideoJson));
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(StudyJson.From(study), CliJson.Lines.StudyJson));
        }
    }

    private static async Task WriteCsvAsync(IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> studies, VideoLabels? labels)
    {
        await using var csv = new CsvWriter(Console.Out, CultureInfo.InvariantCulture, leaveOpen: true);
        csv.WriteHeader<ResultLine>();
        await csv.NextRecordAsync();
        await foreach (var (_, videos) in studies)
        {
            foreach (var video in videos)
            {
                csv.WriteRecord(new ResultLine(video, labels?.Find(video)));
                await csv.NextRecordAsync();
            }
        }
    }

    private static async Task WriteTableAsync(IAsyncEnumerable<(StudyResult Study, IReadOnlyList<VideoResult> Videos)> studies, VideoLabels? labels, TrainingOfModels trainings)
    {
        var videos = new List<VideoResult>();
        await foreach (var (_, own) in studies)
            videos.AddRange(own);
        Terminal.Output.Write(ResultTable.Videos(videos));
        if (labels is not null)
        {
            var confusion = ConfusionMatrix.Count(videos, labels);
            confusion.WriteTo(Terminal.Output);
            if (confusion.Total > 0)
                await Console.Out.WriteLineAsync(TrainedOnVideos.Text(TrainedOnVideos.Count(videos, labels, trainings.Find), confusion.Total));
        }
        await Console.Out.WriteLineAsync(ResearchNotice.Text);
    }
}
