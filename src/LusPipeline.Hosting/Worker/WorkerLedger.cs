using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Settings;
using LusPipeline.Hosting.Stages;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Intake;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Worker;

/// <summary>Registers the ledger on PostgreSQL among a worker's services.</summary>
internal static class WorkerLedger
{
    /// <summary>Adds everything that reads and writes the ledger, with the worker's id and the database's clock.</summary>
    public static IServiceCollection AddWorkerLedger(this IServiceCollection services, LoadedSettings settings, Guid workerId)
    {
        var (leases, sweeps, attempts) = (settings.Get<LeaseOptions>(), settings.Get<SweepOptions>(), settings.Get<AttemptOptions>());
        var lease = new WorkLease { WorkerId = workerId, Duration = leases.Duration, RepublishAfter = sweeps.RepublishAfter };
        var open = PostgresLedger.Open(settings.Get<DatabaseOptions>());
        var clock = new DatabaseClock();
        var events = new StageEvents();
        var ledger = new StageLedger(open, clock, attempts, lease, sweeps, events);
        ledger.AddTo(services);
        services.AddSingleton(clock).AddSingleton(lease).AddSingleton(events);
        services.AddSingleton(new WorkerRegister(open, clock)).AddSingleton(new LeasedDuties(open, clock, workerId, leases.Duration));
        services.AddSingleton(new StudyAnnouncements(open)).AddSingleton(new ClipTakers(open, clock, lease));
        services.AddSingleton(new VideoRegister(open, clock, lease, settings.Get<WatchOptions>().QuietPeriod));
        services.AddSingleton(new Sweeper(open, clock, lease, sweeps));
        services.AddSingleton<IReturnedWork>(new ReturnedWork(open, clock, lease, attempts, ledger.Clips, ledger.Completion, events));
        return services;
    }
}
