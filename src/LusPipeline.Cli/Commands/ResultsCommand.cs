using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CsvHelper;
using LusPipeline.Hosting.Results;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Storage.Results;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus results</c></summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var home = LedgerCommand.HomeOption();
        var study = new Option<string[]>("--study") { Description = "Only these studies", HelpName = "NAME" };
        var labels = new Option<string?>("--labels") { Description = "csv with the columns file and label, or the word 'folders': adds accuracy and the confusion matrix", HelpName = "FILE" };
        var format = new Option<string>("--format") { Description = "How to print", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json", "csv");
        var command = new Command("results", "Print the results of videos") { home, study, labels, format }.WithExamples(
            "lus results",
            "lus results --study patient1",
            "lus results --labels videos.csv",
            "lus results --format csv > results.csv");
        command.SetLedgerAction(async (result, cancellation) =>
        {
            var known = result.GetValue(labels) is { } source ? VideoLabels.Read(source) : null;
            var reader = new ResultReader(await LedgerCommand.OpenAsync(result.GetRequiredValue(home), cancellation));
            var studies = await reader.StudiesAsync(result.GetValue(study) is { Length: > 0 } names ? names : null, cancellation);
            var videos = studies.SelectMany(one => one.Videos).ToList();
            switch (result.GetRequiredValue(format))
            {
                case "json":
                    foreach (var video in videos)
                        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(VideoJson.Of(video, cached: true), ResultJson.Lines.VideoJson));
                    foreach (var one in studies)
                        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(StudyJson.Of(one), ResultJson.Lines.StudyJson));
                    break;
                case "csv":
                    await WriteCsvAsync(videos, known);
                    break;
                default:
                    Terminal.Output.Write(ResultTable.Videos(videos));
                    if (known is not null)
                        ConfusionMatrix.Of(videos, known).WriteTo(Terminal.Output);
                    await Console.Out.WriteLineAsync(ResearchNotice.Text);
                    break;
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteCsvAsync(IEnumerable<VideoResult> videos, VideoLabels? labels)
    {
        await using var csv = new CsvWriter(Console.Out, CultureInfo.InvariantCulture, leaveOpen: true);
        await csv.WriteRecordsAsync(videos.Select(video => new ResultLine(video, labels)));
    }
}
