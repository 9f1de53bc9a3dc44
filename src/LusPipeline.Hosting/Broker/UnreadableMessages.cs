using System.Runtime.ExceptionServices;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Takes what is no message of this queue off it, into the dead letters: given back, it would come again and again. Everything else
/// that fails goes back.
/// </summary>
internal sealed partial class UnreadableMessages(DeadLetters letters, string queue, ILogger<UnreadableMessages> log) : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    public const string Unreadable = "unreadable_message";
    public const string Unknown = "unknown_message";

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        await context.NotifyFaulted(context.Exception).ConfigureAwait(false);
        if (context.Exception is not (SerializationException or JsonException))
            ExceptionDispatchInfo.Throw(context.Exception);
        await KeepAsync(context, Unreadable).ConfigureAwait(false);
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

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} on {Queue} is no message of this queue ({Reason}): kept in the dead letters")]
    private static partial void Kept(ILogger logger, string messageId, string queue, string reason);
}
