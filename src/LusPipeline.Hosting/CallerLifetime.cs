using Microsoft.Extensions.Hosting;

namespace LusPipeline.Hosting;

/// <summary>
/// Leaves signals to whoever runs the host. The host's own handling of them would be a second one: it would cancel a start before its caller
/// knows of the signal, and the caller would take the stop for a fault.
/// </summary>
internal sealed class CallerLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
