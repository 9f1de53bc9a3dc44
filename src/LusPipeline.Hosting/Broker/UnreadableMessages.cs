using System.Runtime.ExceptionServices;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Moves what cannot be read as a message of this queue, or is of an unknown version, to the dead letters. Given back to the queue, it would be
/// delivered again and again. A readable message whose handling fails is given back.
/// </summary>
internal sealed partial class UnreadableMessages(DeadLetters letters, string queue, ILogger<UnreadableMessages> log) : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    public const string Unreadable = "unreadable_message";
    public const string Unknown = "unknown_message";
    public const string UnknownVersion = "unknown_version";

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        await context.NotifyFaulted(context.Exception).ConfigureAwait(false);
        var reason = context.Exception switch
        {
            SerializationException or JsonException => Unreadable,
            UnknownVersionException => UnknownVersion,
            _ => null,
        };
        if (reason is null)
            ExceptionDispatchInfo.Throw(context.Exception);
        await KeepAsync(context, reason).ConfigureAwait(false);
        await next.Send(context).ConfigureAwait(false);
    }

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        await KeepAsync(context, Unknown).ConfigureAwait(false);
        await next.Send(context).ConfigureAwait(false);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadableMessages");

    private async Task KeepAsync(ReceiveContext context, string reason)
    {
        var id = context.GetMessageId()?.ToString();
        Kept(log, id ?? "without an id", queue, reason);
        await letters.KeepAsync(context.GetBody(), context.ContentType?.ToString(), id, queue, reason, context.CancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} on {Queue} does not belong to this queue ({Reason}): moved to the dead letters")]
    private static partial void Kept(ILogger logger, string messageId, string queue, string reason);
}
