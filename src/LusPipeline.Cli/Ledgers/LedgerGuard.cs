using System.CommandLine;
using System.Data.Common;
using LusPipeline.Cli.Labels;
using LusPipeline.Hosting.Configuration;
using LusPipeline.Hosting.Embedded;
using LusPipeline.Models.Bundles;
using LusPipeline.Storage.Ledger;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.Cli.Ledgers;

/// <summary>Turns what can be wrong with a ledger into one line on stderr and an exit code.</summary>
internal static class LedgerGuard
{
    public static void SetLedgerAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (result, cancellation) =>
        {
            try
            {
                return await action(result, cancellation);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Interrupted;
            }
            catch (Exception known) when (known
                is HomeException or LabelException or InvalidDataException or BundleException or ConfigurationException or LedgerVersionException)
            {
                await Console.Error.WriteLineAsync($"lus: {known.Message}");
                return ExitCode.Error;
            }
            catch (Exception failure) when (failure is DbException or DbUpdateException || LedgerOutage.Is(failure))
            {
                await Console.Error.WriteLineAsync($"lus: {MessageOf(failure)}");
                return ExitCode.Error;
            }
        });

    private static string MessageOf(Exception failure) => failure.GetBaseException() switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
            $"The database refuses it to this user ({refused.MessageText}). Use a connection string of a user who may.",
        PostgresException refused => $"The database refuses it ({refused.SqlState}: {refused.MessageText}).",
        var other when LedgerOutage.Is(failure) =>
            $"The database cannot be reached ({other.Message.TrimEnd('.')}). Check Database:ConnectionString, and that the server runs.",
        var other => $"The ledger cannot be used ({other.Message.TrimEnd('.')}).",
    };
}
