using System.CommandLine;
using System.Data.Common;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Ledgers;

/// <summary>Sets the actions of commands that work on a ledger.</summary>
internal static class LedgerGuard
{
    /// <param name="ledger">The ledger's arguments; they are added to the command.</param>
    public static void SetLedgerAction(this Command command, LedgerArguments ledger, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        ledger.AddTo(command);
        command.SetGuardedAction(action, fault => Explain(fault, ledger.Database));
    }

    /// <param name="database">The database; null for the ledger of a home folder.</param>
    public static string? Explain(Exception fault, DatabaseOptions? database)
    {
        if (database is not null && DatabaseProblem.Explain(fault, database) is { } problem)
            return problem;
        return fault is DbException or DbUpdateException ? $"The ledger cannot be used ({fault.GetBaseException().Message.TrimEnd('.')})." : null;
    }
}
