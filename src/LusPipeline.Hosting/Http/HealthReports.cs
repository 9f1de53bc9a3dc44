using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LusPipeline.Hosting.Http;

/// <summary>What the health endpoints say.</summary>
internal sealed class HealthReports(HealthCheckService checks, LoopWatchdog loops, IHostApplicationLifetime lifetime, TimeProvider clock) : IDisposable
{
    /// <summary>Whoever asks more often gets the last answer again: the questions reach database and broker.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _asking = new(1);
    private HealthAnswer? _ready;
    private long _readyAt;

    /// <summary>The process answers, and its loops go round.</summary>
    public HealthAnswer Live() => new([.. loops.All.Select(loop => new HealthState(loop.Name, !loop.Stands, loop.Stands ? "stands still" : null))]);

    /// <summary>The host has started.</summary>
    public HealthAnswer Started() => new([new("host", lifetime.ApplicationStarted.IsCancellationRequested, lifetime.ApplicationStarted.IsCancellationRequested ? null : "is starting")]);

    /// <summary>Everything that work needs is there, and the process does not stop.</summary>
    public async Task<HealthAnswer> ReadyAsync(CancellationToken cancellation)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return new([new("host", false, "is stopping")]);
        await _asking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_ready is null || clock.GetElapsedTime(_readyAt) >= Fresh)
            {
                var report = await checks.CheckHealthAsync(registration => registration.Tags.Contains(HttpServices.ReadyTag), cancellation).ConfigureAwait(false);
                _ready = new([.. report.Entries.Select(entry => new HealthState(entry.Key, entry.Value.Status == HealthStatus.Healthy, entry.Value.Description))]);
                _readyAt = clock.GetTimestamp();
            }
            return _ready;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();
}
