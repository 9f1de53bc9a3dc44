using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>Stands between a client and one server on this machine, and does to their connections what a test wants.</summary>
/// <param name="host">The server's host.</param>
/// <param name="port">The server's port.</param>
internal sealed class FaultyProxy(string host, int port) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<FaultyConnection, Task> _connections = new();
    private readonly Lock _gate = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <param name="server">The server's address; see <see cref="Address"/>.</param>
    public FaultyProxy(Uri server)
        : this(server.Host, server.Port)
    {
    }

    /// <summary>The port at which it listens on 127.0.0.1, from the first <see cref="Pass"/> on.</summary>
    public int Port { get; private set; }

    /// <summary>How long each piece of data from the client waits before it goes on; <see cref="Timeout.InfiniteTimeSpan"/> for a server that hangs.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Bytes from the server after which each connection ends.</summary>
    public long CutAnswersAfter { get; init; } = long.MaxValue;

    /// <summary>The proxy ends TLS with this certificate; the server is spoken to in the clear.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Makes the proxy speak HTTP/1.1 and tells what happens to each request, by its head (request line and headers). Null: bytes are passed
    /// on as they come. A task lets a test do something before the server sees the request.
    /// </summary>
    public Func<string, ValueTask<RequestFault>>? OnRequest { get; init; }

    /// <summary>The server's address by way of this proxy.</summary>
    public Uri Address(Uri server) =>
        new UriBuilder(server) { Scheme = Certificate is null ? server.Scheme : Uri.UriSchemeHttps, Host = "127.0.0.1", Port = Port }.Uri;

    /// <summary>Takes connections, always at the same port.</summary>
    public void Pass()
    {
        lock (_gate)
        {
            if (_listener is not null)
                return;
            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _accepting = AcceptAsync(_listener);
        }
    }

    /// <summary>Takes no connections and cuts those that are.</summary>
    public void Refuse()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
        }
        Cut();
    }

    /// <summary>Cuts all connections; new ones are taken as before.</summary>
    public void Cut()
    {
        foreach (var connection in _connections.Keys)
            connection.Cut();
    }

    public async ValueTask DisposeAsync()
    {
        Refuse();
        await _accepting;
        Cut();
        await Task.WhenAll(_connections.Values);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync();
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                return;
            }
            var connection = new FaultyConnection(this, client);
            var ended = new TaskCompletionSource();
            _connections[connection] = ended.Task;
            _ = RunAsync(connection, ended);
        }
    }

    private async Task RunAsync(FaultyConnection connection, TaskCompletionSource ended)
    {
        await Task.Yield();
        using (connection)
            await connection.RunAsync(host, port);
        _connections.TryRemove(connection, out _);
        ended.SetResult();
    }
}
