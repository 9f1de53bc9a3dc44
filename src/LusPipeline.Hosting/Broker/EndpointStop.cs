using MassTransit;

namespace LusPipeline.Hosting.Broker;

/// <summary>Signals that a receive endpoint has begun to stop. From then on it drops what is delivered to it.</summary>
internal sealed class EndpointStop : IReceiveEndpointObserver
{
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Stopping => _stopping.Task;

    Task IReceiveEndpointObserver.Stopping(ReceiveEndpointStopping stopping)
    {
        _stopping.TrySetResult();
        return Task.CompletedTask;
    }

    public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
}
