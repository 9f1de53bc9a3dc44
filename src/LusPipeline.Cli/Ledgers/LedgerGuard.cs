using System.CommandLine;
using System.Data.Common;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Ledgers;

/// <summary>Actions of commands that work on a ledger.</summary>
internal static class LedgerGuard
{
    /// <param name="ledger">Its options become the command's.</param>
    public static void SetLedgerAction(this Command command, LedgerArguments ledger, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        ledger.AddTo(command);
        command.SetGuardedAction(action, fault => Explain(fault, ledger.Database));
    }

    /// <param name="database">Null for a home folder's ledger.</param>
    private static string? Explain(Exception fault, DatabaseOptions? database)
    {
        if (database is not null && DatabaseProblem.Explain(fault, database) is { } problem)
            return problem;
        return fault is DbException or DbUpdateException ? $"The ledger cannot be used ({fault.GetBaseException().Message.TrimEnd('.')})." : null;
    }
}
