using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.Cli.Commands;

/// <summary>What the commands share that work on the ledger of workers.</summary>
internal static class DatabaseCommand
{
    /// <param name="action">Gets the settings and makes contexts; what keeps it from its database is said in one line.</param>
    public static void SetDatabaseAction(
        this Command command, SettingsArguments arguments, Func<ParseResult, LoadedSettings, Func<LedgerContext>, CancellationToken, Task<int>> action)
    {
        DatabaseOptions? database = null;
        command.SetGuardedAction(
            (result, cancellation) =>
            {
                var settings = LoadedSettings.Load(arguments.Sources(result), DatabaseOptions.Section);
                database = settings.Get<DatabaseOptions>();
                return action(result, settings, PostgresLedger.Open(database), cancellation);
            },
            fault => database is null ? null : DatabaseProblem.Explain(fault, database));
    }
}
