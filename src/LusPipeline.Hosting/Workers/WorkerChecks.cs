using LusPipeline.Storage.Ledger;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Hosting.Workers;

/// <summary>What a worker needs before it is ready; each asks and gives null, or what is missing.</summary>
internal static class WorkerChecks
{
    public static Func<CancellationToken, Task<string?>> Database(Func<LedgerContext> open) => async cancellation =>
    {
        await using var ledger = open();
        await ledger.Database.ExecuteSqlRawAsync("SELECT 1", cancellation).ConfigureAwait(false);
        return null;
    };

    public static Func<CancellationToken, Task<string?>> Broker(IBusControl bus) => _ =>
        Task.FromResult(bus.CheckHealth().Status == BusHealthStatus.Healthy ? null : "is not connected");

    public static Func<CancellationToken, Task<string?>> Model(Preparation preparation) => _ =>
        Task.FromResult(preparation.IsReady ? null : "is not warm yet");
}
