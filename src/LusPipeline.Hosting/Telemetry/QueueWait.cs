using LusPipeline.Core.Telemetry;
using MassTransit;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>How long messages wait before a handler takes them.</summary>
internal static class QueueWait
{
    /// <summary>To be called when the handler starts.</summary>
    public static void Record(string stage, MessageContext message, TimeProvider clock)
    {
        if (message.SentTime is { } sent)
            StageMetrics.Waited(stage, clock.GetUtcNow().UtcDateTime - sent);
    }
}
