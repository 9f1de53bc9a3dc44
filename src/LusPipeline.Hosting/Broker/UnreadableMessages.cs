using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Moves what cannot be read as a message of this queue, or is of an unknown version, to the dead letters. Given back to the queue, it would be
/// delivered again and again. A readable message whose handling fails is given back. Brokers from 4.3 on no longer count that as a delivery in
/// vain; they tell how often the message was taken, and it is moved on here once the limit is reached.
/// </summary>
/// <param name="queue">The queue, whose arguments name its delivery limit and where the broker would move a message beyond it.</param>
internal sealed partial class UnreadableMessages(DeadLetters letters, BrokerQueue queue, ILogger<UnreadableMessages> log) : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    public const string Unreadable = "unreadable_message";
    public const string Unknown = "unknown_message";
    public const string UnknownVersion = "unknown_version";

    /// <summary>How often consumers took the message before; brokers before 4.3 do not say it.</summary>
    private const string TakenHeader = "x-acquired-count";

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        await context.NotifyFaulted(context.Exception).ConfigureAwait(false);
        var reason = context.Exception switch
        {
            SerializationException or JsonException => Unreadable,
            UnknownVersionException => UnknownVersion,
            _ => null,
        };
        if (reason is not null)
            await KeepAsync(context, reason).ConfigureAwait(false);
        else if (queue.DeadLetterExchange is { } target && context.Exception is not OperationCanceledException && Taken(context) >= queue.DeliveryLimit)
            await MoveOnAsync(context, target).ConfigureAwait(false);
        else
            ExceptionDispatchInfo.Throw(context.Exception);
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
        Kept(log, id ?? "without an id", queue.Name, reason);
        await letters.KeepAsync(context.GetBody(), context.ContentType?.ToString(), id, queue.Name, reason, context.CancellationToken).ConfigureAwait(false);
    }

    private static long Taken(ReceiveContext context) =>
        context.TransportHeaders.TryGetHeader(TakenHeader, out var taken) && taken is IConvertible count ? count.ToInt64(CultureInfo.InvariantCulture) : 0;

    private async Task MoveOnAsync(ReceiveContext context, string target)
    {
        var id = context.GetMessageId()?.ToString();
        InVain(log, id ?? "without an id", queue.Name, queue.DeliveryLimit, target);
        await letters.MoveAsync(context.GetBody(), context.ContentType?.ToString(), id, target, context.CancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} on {Queue} was delivered {Limit} times in vain: moved to {Target}")]
    private static partial void InVain(ILogger logger, string messageId, string queue, int limit, string target);

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} on {Queue} does not belong to this queue ({Reason}): moved to the dead letters")]
    private static partial void Kept(ILogger logger, string messageId, string queue, string reason);
}
