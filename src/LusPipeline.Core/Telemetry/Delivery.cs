using System.Diagnostics;

namespace LusPipeline.Core.Telemetry;

/// <summary>
/// The delivery of a message that is being handled. The span of the stage that handles it is of the kind CONSUMER and says what OpenTelemetry's
/// conventions for messaging ask for. Where nothing was delivered, as in <c>lus run</c>, all spans are INTERNAL.
/// </summary>
/// <param name="System">The broker's kind, for example <c>rabbitmq</c>.</param>
/// <param name="Queue">The queue that it came from.</param>
/// <param name="Producer">The span in which it was published; null if the message does not tell.</param>
public sealed record Delivery(string System, string Queue, ActivityContext? Producer)
{
    private static readonly AsyncLocal<Delivery?> Handled = new();

    /// <summary>The delivery that this flow of calls handles; null for none.</summary>
    public static Delivery? Current => Handled.Value;

    /// <summary>Makes this the delivery of the calling flow of calls, and of what it calls.</summary>
    public void Begin() => Handled.Value = this;
}
