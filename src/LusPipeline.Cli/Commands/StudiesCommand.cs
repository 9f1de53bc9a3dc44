using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CsvHelper;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Results;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus studies</c></summary>
internal static class StudiesCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var since = SinceOption.Create("--since", "Only studies that were first seen or completed since then: an age such as 12h or 7d, or a UTC time");
        var limit = LimitOption.Create("studies");
        var format = OutputFormat.Option();
        var command = new Command("studies", "Print the studies and their diagnoses") { since, limit, format }.WithExamples(
            "lus studies",
            "lus studies --home /data/lus",
            "lus studies --since 7d --format csv > week.csv");
        command.SetLedgerAction(ledger, async (result, cancellation) =>
        {
            using var opened = await ledger.OpenToReadAsync(result, cancellation);
            var how = result.GetRequiredValue(format);
            var most = result.GetValue(limit) ?? (how == OutputFormat.Table ? LimitOption.OfTables : int.MaxValue);
            var studies = new ResultReader(opened.Open).StreamAsync(new StudyFilter { Since = result.GetValue(since) }, cancellation);
            await (how switch
            {
                OutputFormat.Json => WriteJsonAsync(studies.Take(most)),
                OutputFormat.Csv => WriteCsvAsync(studies.Take(most)),
                _ => WriteTableAsync(studies, most),
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteJsonAsync(IAsyncEnumerable<StudyResult> studies)
    {
        await foreach (var study in studies)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(StudyJson.From(study), CliJson.Lines.StudyJson));
    }

    private static async Task WriteCsvAsync(IAsyncEnumerable<StudyResult> studies)
    {
        await using var csv = new CsvWriter(Console.Out, CultureInfo.InvariantCulture, leaveOpen: true);
        csv.WriteHeader<StudyLine>();
        await csv.NextRecordAsync();
        await foreach (var study in studies)
        {
            csv.WriteRecord(new StudyLine(study));
            await csv.NextRecordAsync();
        }
    }

    private static async Task WriteTableAsync(IAsyncEnumerable<StudyResult> studies, int most)
    {
        var shown = new List<StudyResult>();
        var more = false;
        await foreach (var study in studies)
        {
            if (more = shown.Count == most)
                break;
            shown.Add(study);
        }
        Terminal.Output.Write(ResultTable.Studies(shown));
        await Console.Out.WriteLineAsync(ResearchNotice.Text);
        if (more)
        {
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"The first {most} studies; there are more. --since chooses, --limit N prints more, --format csv prints all."));
        }
    }
}
