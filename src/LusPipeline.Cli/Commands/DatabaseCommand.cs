using System.CommandLine;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.Cli.Commands;

/// <summary>What the commands share that work on the ledger of workers.</summary>
internal static class DatabaseCommand
{
    /// <param name="action">Gets the settings and makes contexts; what keeps it from its database is said in one line.</param>
    public static void SetDatabaseAction(
        this Command command, SettingsArguments arguments, Func<ParseResult, LoadedSettings, Func<LedgerContext>, CancellationToken, Task<int>> action) =>
        command.SetAction(async (result, cancellation) =>
        {
            DatabaseOptions? database = null;
            try
            {
                var settings = LoadedSettings.Load(arguments.Sources(result), DatabaseOptions.Section);
                database = settings.Get<DatabaseOptions>();
                return await action(result, settings, PostgresLedger.Open(database), cancellation);
            }
            catch (Exception known) when (known is ConfigurationException or LedgerVersionException)
            {
                await Console.Error.WriteLineAsync($"lus: {known.Message}");
                return ExitCode.Error;
            }
            catch (Exception failure) when (database is not null && DatabaseProblem.Explain(failure, database) is { } problem)
            {
                await Console.Error.WriteLineAsync($"lus: {problem}");
                return ExitCode.Error;
            }
        });
}
