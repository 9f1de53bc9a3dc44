using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using MassTransit;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>Measures how long messages wait before a handler takes them.</summary>
internal static class QueueWait
{
    /// <summary>Records the wait of a message whose handler starts now.</summary>
    public static void Record(Stage stage, MessageContext message, TimeProvider clock)
    {
        if (message.SentTime is { } sent)
            StageMetrics.Waited(stage.Name(), clock.GetUtcNow().UtcDateTime - sent);
    }
}
