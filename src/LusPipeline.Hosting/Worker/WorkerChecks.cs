using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Hosting.Worker;

/// <summary>What a worker needs before it is ready, beside the broker, for which MassTransit answers; each asks and gives null, or what is missing.</summary>
internal static class WorkerChecks
{
    public static Func<CancellationToken, Task<string?>> Database(Func<LedgerContext> open) => async cancellation =>
    {
        await using var ledger = open();
        await ledger.Database.ExecuteSqlRawAsync("SELECT 1", cancellation).ConfigureAwait(false);
        return null;
    };

    public static Func<CancellationToken, Task<string?>> Model(WorkerStartup startup) => _ =>
        Task.FromResult(startup.IsReady ? null : "is not warm yet");
}
