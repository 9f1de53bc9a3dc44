using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LusPipeline.Hosting.Broker;

/// <summary>A connection for everything but the messages of the stages. It is opened on first use, and again after it was lost.</summary>
public sealed class BrokerConnection(BrokerOptions options) : IAsyncDisposable
{
    internal const string DefaultUriKey = $"{BrokerOptions.Section}:{nameof(BrokerOptions.Uri)}";

    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;

    /// <summary>The connection's name in the broker's management pages.</summary>
    internal string Name { get; init; } = "lus control";

    /// <summary>The setting that holds the address. Error messages name it.</summary>
    internal string UriKey { get; init; } = DefaultUriKey;

    /// <summary>The largest message in bytes. A larger one closes the connection. Null for the client's own limit.</summary>
    internal uint? MostInboundBytes { get; init; }

    /// <summary>The version that the broker reports.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses the credentials, or TLS fails.</exception>
    public Task<string> ServerVersionAsync(CancellationToken cancellation) => OnChannelAsync(
        (_, _) => Task.FromResult(_connection?.ServerProperties?.TryGetValue("version", out var version) == true && version is byte[] text ? Encoding.UTF8.GetString(text) : "of no known version"),
        cancellation);

    /// <summary>Runs a few commands on a new channel with publisher confirms, within the publish timeout.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses the credentials, or TLS fails.</exception>
    internal Task<T> OnChannelAsync<T>(Func<IChannel, CancellationToken, Task<T>> exchange, CancellationToken cancellation) => WithinAsync(
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
        async (channel, limit) =>
        {
            var result = await exchange(channel, limit).ConfigureAwait(false);
            await channel.DisposeAsync().ConfigureAwait(false);
            return result;
        },
        cancellation);

    /// <summary>Opens a channel that stays open for a consumer. The caller disposes it, and has to notice when it ends.</summary>
    /// <param name="prepare">Sets the channel up. It must end within the publish timeout.</param>
    /// <exception cref="BrokerUnavailableException">The broker does not answer, or not in time.</exception>
    /// <exception cref="BrokerException">The broker refuses the credentials, or TLS fails.</exception>
    internal Task<IChannel> OpenChannelAsync(Func<IChannel, CancellationToken, Task> prepare, CancellationToken cancellation) => WithinAsync(
        new(publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false),
        async (channel, limit) =>
        {
            await prepare(channel, limit).ConfigureAwait(false);
            return channel;
        },
        cancellation);

    private async Task<T> WithinAsync<T>(CreateChannelOptions kind, Func<IChannel, CancellationToken, Task<T>> exchange, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.PublishTimeout);
        try
        {
            var connection = await OpenAsync(limit.Token).ConfigureAwait(false);
            try
            {
                var channel = await connection.CreateChannelAsync(kind, limit.Token).ConfigureAwait(false);
                return await exchange(channel, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch
            {
                // The channel may hang with a broker that does not answer. Closing the connection ends it too.
                Discard(connection);
                throw;
            }
        }
        catch (Exception failure) when (failure is not (BrokerException or BrokerUnavailableException) && RefusalIn(failure) is { } refusal)
        {
            throw new BrokerException(refusal, failure);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && IsOutage(failure))
        {
            var hint = options.Uri.Scheme == "amqps"
                ? $" One that wants a certificate of its client hangs up on a client without: {BrokerOptions.Section}:{nameof(BrokerOptions.ClientCertificateFile)}."
                : "";
            throw new BrokerUnavailableException(
                $"RabbitMQ at {Address(options)} does not answer ({Said(failure)}). Is it running, and is {UriKey} right?{hint}", failure);
        }
    }

    /// <summary>Applies the options to a connection factory: the one of this class, or the one of the bus.</summary>
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

    internal static int PortOf(BrokerOptions options) => new AmqpTcpEndpoint(options.Uri).Port;

    /// <summary>Host, port and virtual host, without the credentials.</summary>
    internal static string Address(BrokerOptions options) =>
        options.Uri.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.StrongPort | UriComponents.Path, UriFormat.UriEscaped);

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await EndAsync(connection).ConfigureAwait(false);
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
                Discard(lost);
            var factory = new ConnectionFactory();
            Configure(factory, options);
            if (MostInboundBytes is { } most)
                factory.MaxInboundMessageBodySize = most;
            var opening = factory.CreateConnectionAsync(Name, cancellation);
            try
            {
                return _connection = await opening.WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The client needs seconds more to notice the cancellation by itself.
                _ = EndAsync(opening);
                throw;
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    private void Discard(IConnection lost)
    {
        if (Interlocked.CompareExchange(ref _connection, null, lost) == lost)
            _ = EndAsync(lost);
    }

    /// <summary>Closes the connection, and waits no longer than a second for the broker.</summary>
    private static async Task EndAsync(IConnection connection)
    {
        await connection.AbortAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task EndAsync(Task<IConnection> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
            await EndAsync(await opening.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private string? RefusalIn(Exception failure)
    {
        var causes = Causes(failure).ToList();
        if (causes.OfType<AuthenticationFailureException>().Any() || causes.OfType<PossibleAuthenticationFailureException>().Any())
            return $"RabbitMQ at {Address(options)} refuses the user of {UriKey}. Check user, password and virtual host.";
        if (causes.OfType<System.Security.Authentication.AuthenticationException>().FirstOrDefault() is { } tls)
        {
            return $"TLS with RabbitMQ at {Address(options)} fails ({tls.Message}). "
                + $"Check {BrokerOptions.Section}:{nameof(BrokerOptions.CaFile)}, the client certificate, and that the host's name is the certificate's.";
        }
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

    private static string Said(Exception failure) => failure switch
    {
        OperationCanceledException => "no answer in time",
        OperationInterruptedException { ShutdownReason: { } reason } => reason.ReplyText,
        _ => Causes(failure).Last().Message,
    };

    private static bool IsOutage(Exception failure) => failure is
        BrokerUnreachableException or OperationInterruptedException or PublishException or OperationCanceledException or TimeoutException or IOException
        or ObjectDisposedException;
}
