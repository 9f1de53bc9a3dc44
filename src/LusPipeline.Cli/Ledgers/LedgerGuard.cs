using System.CommandLine;
using System.Data.Common;
using LusPipeline.Cli.Labels;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Models.Bundles;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Ledgers;

/// <summary>Turns what can be wrong with a ledger into one line on stderr and an exit code.</summary>
internal static class LedgerGuard
{
    /// <param name="ledger">Its options become the command's.</param>
    public static void SetLedgerAction(this Command command, LedgerArguments ledger, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        ledger.AddTo(command);
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
                is HomeException or LabelException or InvalidDataException or BundleException or ConfigurationException or LedgerVersionException
                or BucketUnavailableException or BrokenEngineException)
            {
                return await EndAsync(known.Message);
            }
            catch (Exception failure) when (ledger.Database is { } database && DatabaseProblem.Explain(failure, database) is { } problem)
            {
                return await EndAsync(problem);
            }
            catch (Exception failure) when (failure is DbException or DbUpdateException)
            {
                return await EndAsync($"The ledger cannot be used ({failure.GetBaseException().Message.TrimEnd('.')}).");
            }
        });
    }

    private static async Task<int> EndAsync(string message)
    {
        await Console.Error.WriteLineAsync($"lus: {message}");
        return ExitCode.Error;
    }
}
