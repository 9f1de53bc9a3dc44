using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Results;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Worker;

/// <summary>The ledger on PostgreSQL as a worker's services.</summary>
internal static class WorkerLedger
{
    /// <summary>Everything that works on the ledger, in one worker's name and on the database's clock.</summary>
    public static IServiceCollection AddWorkerLedger(this IServiceCollection services, LoadedSettings settings, Guid workerId)
    {
        var (leases, sweeps, attempts) = (settings.Get<LeaseOptions>(), settings.Get<SweepOptions>(), settings.Get<AttemptOptions>());
        var lease = new WorkLease { WorkerId = workerId, Duration = leases.Duration, RepublishAfter = sweeps.RepublishAfter };
        var open = PostgresLedger.Open(settings.Get<DatabaseOptions>());
        var clock = new DatabaseClock();
        var videos = new VideoMoves(open, clock, attempts, lease);
        var clips = new ClipMoves(open, clock, attempts, lease);
        var studies = new StudyMoves(open, clock);
        services.AddSingleton(open).AddSingleton(clock).AddSingleton(lease).AddSingleton(videos).AddSingleton(clips).AddSingleton(studies);
        services.AddSingleton(new WorkerRegister(open, clock)).AddSingleton(new BundleRegister(open, clock));
        services.AddSingleton(new Duties(open, clock, workerId, leases.Duration)).AddSingleton(new StudyAnnouncements(open)).AddSingleton(new ResultReader(open));
        services.AddSingleton(provider => new Completion(videos, studies, provider.GetRequiredService<StageEvents>()));
        services.AddSingleton(new VideoRegister(open, clock, lease, settings.Get<WatchOptions>().QuietPeriod));
        services.AddSingleton(new Sweeper(open, clock, lease, sweeps));
        services.AddSingleton(provider => new VideoSettlement(open, clock, videos, provider.GetRequiredService<Completion>(), sweeps));
        services.AddSingleton<IReturnedWork>(provider => new ReturnedWork(
            open, clock, lease, attempts, clips, provider.GetRequiredService<Completion>(), provider.GetRequiredService<StageEvents>()));
        services.AddSingleton<AttemptRunner>();
        return services;
    }
}
