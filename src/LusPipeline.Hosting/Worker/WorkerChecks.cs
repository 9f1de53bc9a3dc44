using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Hosting.Worker;

/// <summary>The ready checks of a worker, besides the check of the broker, which MassTransit adds. Each returns null, or what is missing.</summary>
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
