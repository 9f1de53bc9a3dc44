using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Waits until the broker accepts connections, and only then lets the bus connect. By itself the bus tries again at growing intervals of up
/// to half a minute, so its consumers would start that much later than necessary.
/// </summary>
internal sealed partial class BrokerArrival(BrokerOptions options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<BrokerArrival> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Returns when the broker accepts connections or the host stops.</summary>
    public async Task WaitAsync()
    {
        for (var tries = 0; !lifetime.ApplicationStopping.IsCancellationRequested; tries++)
        {
            if (await AnswersAsync().ConfigureAwait(false))
            {
                if (tries > 0)
                    Back(log, BrokerConnection.Address(options));
                return;
            }
            if (tries == 0)
                Away(log, BrokerConnection.Address(options));
            await Task.Delay(Interval, clock, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        limit.CancelAfter(options.PublishTimeout);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(options.Uri.Host, BrokerConnection.PortOf(options), limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "RabbitMQ at {Address} is not reachable: waiting")]
    private static partial void Away(ILogger logger, string address);

    [LoggerMessage(LogLevel.Information, "RabbitMQ at {Address} is reachable again")]
    private static partial void Back(ILogger logger, string address);
}
