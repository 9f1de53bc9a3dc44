using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>What went to the database, a line a round trip; the BEGIN of a transaction rides with its first statement.</summary>
internal sealed class CountedStatements : DbCommandInterceptor, IDbTransactionInterceptor
{
    private readonly ConcurrentQueue<string> _seen = new();

    public IReadOnlyList<string> Seen => [.. _seen];

    public void Clear() => _seen.Clear();

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Add(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Add(command);
        return ValueTask.FromResult(result);
    }

    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        _seen.Enqueue("COMMIT");
        return ValueTask.FromResult(result);
    }

    private void Add(DbCommand command) =>
        _seen.Enqueue(string.Join(' ', command.CommandText.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries).Take(6)));
}
