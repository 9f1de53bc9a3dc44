using System.CommandLine;
using LusPipeline.Hosting.Embedded;
using LusPipeline.Storage.Ledger;

namespace LusPipeline.Cli.Commands;

/// <summary>What the commands that read the ledger of a home folder share.</summary>
internal static class LedgerCommand
{
    public static Option<string> HomeOption() => new("--home")
    {
        Description = "Folder of the ledger",
        DefaultValueFactory = _ => HomeFolder.DefaultName,
        HelpName = "DIR",
    };

    /// <exception cref="HomeException">No run has worked in this home.</exception>
    public static async Task<Func<LedgerContext>> OpenAsync(string home, CancellationToken cancellation)
    {
        var file = HomeFolder.LedgerFileIn(Path.GetFullPath(home));
        if (!File.Exists(file))
            throw new HomeException($"There is no ledger in {Path.GetFullPath(home)}. Run lus run first, or name its folder with --home.");
        return await SqliteLedger.OpenToReadAsync(file, cancellation);
    }

    public static void SetLedgerAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (result, cancellation) =>
        {
            try
            {
                return await action(result, cancellation);
            }
            catch (Exception known) when (known is HomeException or Labels.LabelException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync($"lus: {known.Message}");
                return ExitCode.Error;
            }
        });
}
