using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Ledger.Audits;
using Spectre.Console;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus audit</c></summary>
internal static class AuditCommand
{
    private const int DefaultLimit = 100;

    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var since = SinceOption.Create("--since", "Only moves since then: an age such as 12h or 7d, or a UTC time");
        var limit = new Option<int>("--limit") { Description = "Print at most so many moves, the newest first", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };
        var before = new Option<long?>("--before") { Description = "Only moves with a smaller id, to read on where the last page ended", HelpName = "ID" };
        var json = new Option<bool>("--json") { Description = "One JSON object a line: id, recordedAt, person, databaseUser, action, studyId, counts" };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--limit is a whole number of at least 1.");
        });
        var command = new Command("audit", """
            Print what people did to the ledger: replay, cancel, delete, keep-out and prune; who, when, and how many.

            Moves can be added and neither changed nor deleted. They have ids of studies and no names.
            """)
        {
            since, limit, before, json,
        }.WithExamples("lus audit", "lus audit --since 7d --json", "lus audit --limit 20 --before 4711");
        command.SetLedgerAction(ledger, async (result, cancellation) =>
        {
            using var opened = await ledger.OpenToReadAsync(result, cancellation);
            var most = result.GetValue(limit);
            var rows = await new AuditReader(opened.Open).ReadAsync(result.GetValue(since), result.GetValue(before), most, cancellation);
            var moves = rows.Select(AuditJson.From).ToList();
            if (result.GetValue(json))
            {
                foreach (var move in moves)
                    await Console.Out.WriteLineAsync(JsonSerializer.Serialize(move, CliJson.Lines.AuditJson));
                return ExitCode.Done;
            }
            Terminal.Output.Write(Table(moves));
            if (moves.Count == most)
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The newest {most} moves; --before {moves[^1].Id} prints the ones before."));
            return ExitCode.Done;
        });
        return command;
    }

    private static Table Table(IEnumerable<AuditJson> moves)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in new[] { "id", "when (UTC)", "who", "database user", "what", "how many", "study" })
            table.AddColumn(heading);
        foreach (var move in moves)
        {
            table.AddRow(
                move.Id.ToString(CultureInfo.InvariantCulture), move.RecordedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                Markup.Escape(ResultTable.Printable(move.Person)), Markup.Escape(ResultTable.Printable(move.DatabaseUser ?? "")), move.Action,
                string.Join(", ", move.Counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {count.Key}"))),
                move.StudyId?.ToString() ?? "");
        }
        return table;
    }
}
