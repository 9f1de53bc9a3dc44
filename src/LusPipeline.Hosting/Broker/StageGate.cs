using MassTransit;

namespace LusPipeline.Hosting.Broker;

/// <summary>A filter before a stage's consumer. It lets urgent messages go first, and gives waiting messages back when the worker stops.</summary>
/// <param name="endpoint">Signals that the receive endpoint has begun to stop.</param>
internal sealed class StageGate(PriorityGate places, bool urgent, StageStop stop, EndpointStop endpoint) : IFilter<ConsumeContext>
{
    private long _arrived;
    private int _held;

    /// <summary>Messages that have come since the start.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    /// <summary>Messages that wait here or are handled.</summary>
    public int Held => Volatile.Read(ref _held);

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        Interlocked.Increment(ref _arrived);
        Interlocked.Increment(ref _held);
        try
        {
            using var place = await places.EnterAsync(urgent, stop.Token).ConfigureAwait(false);
            await next.Send(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // A message that is given back while the endpoint still consumes would be delivered again at once, and each delivery counts.
            await endpoint.Stopping.ConfigureAwait(false);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    public void Probe(ProbeContext context)
    {
        var scope = context.CreateFilterScope("stage-gate");
        scope.Add("urgent", urgent);
        scope.Add("waiting", places.Waiting(urgent));
    }
}
