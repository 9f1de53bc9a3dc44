using System.Diagnostics;
using LusPipeline.Core.Telemetry;
using MassTransit;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>
/// Carries the span of whoever publishes a message to whoever handles it, by the W3C header <c>traceparent</c>. The receiver links to it and
/// takes nothing else from it: a message's trace is that of its study in the ledger.
/// </summary>
internal static class BrokerTrace
{
    private const string Header = "traceparent";

    public static void Write(SendContext message)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            message.Headers.Set(Header, id);
    }

    /// <summary>Tells the spans of the calling flow of calls what they handle.</summary>
    public static void Begin(ConsumeContext message)
    {
        ActivityContext? producer = ActivityContext.TryParse(message.Headers.Get<string>(Header), null, isRemote: true, out var context) ? context : null;
        new Delivery("rabbitmq", message.ReceiveContext.InputAddress.Segments[^1], producer).Begin();
    }
}
