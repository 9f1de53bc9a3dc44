using LusPipeline.Hosting.Broker;
using Microsoft.Extensions.Hosting;

namespace LusPipeline.Hosting.Worker;

/// <summary>Ends the running attempts before the host stops anything else. They do not count, and their messages go back to the queues.</summary>
internal sealed class StageStopper(StageStop stop) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) => stop.StopAsync();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
