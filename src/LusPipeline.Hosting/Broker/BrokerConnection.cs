using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LusPipeline.Hosting.Broker;

/// <summary>A connection for what is not a stage's message: opened when it is needed, and again when it was lost.</summary>
public sealed class BrokerConnection(BrokerOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;

    /// <summary>What the broker says that it is.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">It refuses the credentials, or TLS fails.</exception>
    public Task<string> ServerVersionAsync(CancellationToken cancellation) => OnChannelAsync(
        (_, _) => Task.FromResult(_connection?.ServerProperties?.TryGetValue("version", out var version) == true && version is byte[] text ? Encoding.UTF8.GetString(text) : "of no known version"),
        cancellation);

    /// <summary>Runs an exchange of frames on a channel of its own whose publications are confirmed, within the publish timeout.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">It refuses the credentials, or TLS fails.</exception>
    internal async Task<T> OnChannelAsync<T>(Func<IChannel, CancellationToken, Task<T>> exchange, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.PublishTimeout);
        try
        {
            var connection = await OpenAsync(limit.Token).ConfigureAwait(false);
            await using var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), limit.Token).ConfigureAwait(false);
            return await exchange(channel, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (BrokerUnreachableException failure) when (RefusalIn(failure) is { } refusal)
        {
            throw new BrokerException(refusal, failure);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && IsOutage(failure))
        {
            throw new BrokerUnavailableException($"RabbitMQ at {Address(options)} does not answer ({failure.Message}). Is it running, and is {BrokerOptions.Section}:{nameof(BrokerOptions.Uri)} right?", failure);
        }
    }

    /// <summary>Fills a factory, this one's and the bus's, with what the options say.</summary>
    internal static void Configure(ConnectionFactory factory, BrokerOptions options)
    {
        factory.Uri = options.Uri;
        if (options.Uri.Scheme == "amqps")
            factory.Ssl = BrokerTls.OptionOf(options);
        factory.RequestedHeartbeat = options.Heartbeat;
        factory.RequestedConnectionTimeout = options.PublishTimeout;
        factory.ContinuationTimeout = options.PublishTimeout;
        factory.AutomaticRecoveryEnabled = false;
    }

    /// <summary>Host, port and virtual host, without the credentials.</summary>
    internal static string Address(BrokerOptions options) =>
        options.Uri.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.StrongPort | UriComponents.Path, UriFormat.UriEscaped);

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
        _opening.Dispose();
    }

    private async Task<IConnection> OpenAsync(CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_connection is { IsOpen: true } open)
                return open;
            if (_connection is { } lost)
            {
                _connection = null;
                await lost.DisposeAsync().ConfigureAwait(false);
            }
            var factory = new ConnectionFactory();
            Configure(factory, options);
            return _connection = await factory.CreateConnectionAsync("lus control", cancellation).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    private string? RefusalIn(BrokerUnreachableException failure)
    {
        var causes = Causes(failure).ToList();
        if (causes.OfType<AuthenticationFailureException>().Any() || causes.OfType<PossibleAuthenticationFailureException>().Any())
            return $"RabbitMQ at {Address(options)} refuses the user of {BrokerOptions.Section}:{nameof(BrokerOptions.Uri)}. Check user, password and virtual host.";
        if (causes.OfType<System.Security.Authentication.AuthenticationException>().FirstOrDefault() is { } tls)
            return $"TLS with RabbitMQ at {Address(options)} fails ({tls.Message}). Check {BrokerOptions.Section}:{nameof(BrokerOptions.CaFile)}, the client certificate, and that the host's name is the certificate's.";
        return causes.OfType<OperationInterruptedException>().FirstOrDefault(cause => cause.ShutdownReason?.ReplyCode is Constants.AccessRefused or Constants.NotAllowed) is { } refused
            ? $"RabbitMQ at {Address(options)} refuses the connection ({refused.ShutdownReason?.ReplyText}). Check the virtual host and the user's permissions on it."
            : null;
    }

    private static IEnumerable<Exception> Causes(Exception failure) => failure switch
    {
        AggregateException many => many.InnerExceptions.SelectMany(Causes),
        { InnerException: { } inner } => Causes(inner).Prepend(failure),
        _ => [failure],
    };

    private static bool IsOutage(Exception failure) => failure is
        BrokerUnreachableException or AlreadyClosedException or OperationCanceledException or TimeoutException or IOException or ObjectDisposedException
        or OperationInterruptedException { ShutdownReason.Initiator: not ShutdownInitiator.Peer }
        or OperationInterruptedException { ShutdownReason.ReplyCode: Constants.ConnectionForced or Constants.InternalError };
}
