using MassTransit;

namespace LusPipeline.Hosting.Broker;

/// <summary>Stands before a stage's consumer: lets urgent work go first, and makes a stop quiet.</summary>
/// <param name="endpoint">Ends when this message's endpoint has begun to stop.</param>
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
            // Given back while the endpoint still takes messages, it would come straight back, and each time counts as a delivery.
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
