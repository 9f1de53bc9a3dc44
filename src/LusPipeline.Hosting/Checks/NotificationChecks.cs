using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Notifications;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>Checks of the S3 server's notifications, if they are configured: the exchange is there, and our queue can be bound to it.</summary>
internal static class NotificationChecks
{
    public static IEnumerable<Check> All(LoadedSettings settings)
    {
        var options = settings.Get<NotificationOptions>();
        if (!options.Wanted || (options.Uri is null && !settings.IsGiven(BrokerConnection.DefaultUriKey)))
            return [];
        return [new("notifications", cancellation => CheckAsync(options, settings.Get<BrokerOptions>(), cancellation))];
    }

    /// <summary>Declares what is missing, as the watching worker does.</summary>
    private static async Task<CheckOutcome> CheckAsync(NotificationOptions options, BrokerOptions broker, CancellationToken cancellation)
    {
        await using var queue = new NotificationQueue(options, broker);
        var (waiting, consumers, _) = await queue.DeclareAsync(cancellation).ConfigureAwait(false);
        return PlainTransport.Passed(
            $"exchange '{options.Exchange}' is there; waiting: {waiting}{(consumers == 0 ? "; no worker takes them" : "")}",
            options.Uri is { } own ? PlainTransport.Of(broker with { Uri = own }, $"{NotificationOptions.Section}:{nameof(NotificationOptions.Uri)}") : null);
    }
}
