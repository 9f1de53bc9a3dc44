using System.CommandLine;
using LusPipeline.Cli.Output;
using LusPipeline.Storage.Results;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus studies</c></summary>
internal static class StudiesCommand
{
    public static Command Create()
    {
        var home = LedgerCommand.HomeOption();
        var command = new Command("studies", "Print the studies and their diagnoses") { home }.WithExamples("lus studies", "lus studies --home /data/lus");
        command.SetLedgerAction(async (result, cancellation) =>
        {
            var reader = new ResultReader(await LedgerCommand.OpenAsync(result.GetRequiredValue(home), cancellation));
            Terminal.Output.Write(ResultTable.Studies(await reader.StudiesAsync(null, cancellation)));
            await Console.Out.WriteLineAsync(ResearchNotice.Text);
            return ExitCode.Done;
        });
        return command;
    }
}
