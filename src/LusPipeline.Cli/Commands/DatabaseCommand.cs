using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.Cli.Commands;

/// <summary>Shared parts of the commands that work on the workers' ledger.</summary>
internal static class DatabaseCommand
{
    /// <param name="action">
    /// The action. It receives the settings and a function that makes contexts. A database that cannot be reached is reported in one line.
    /// </param>
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
