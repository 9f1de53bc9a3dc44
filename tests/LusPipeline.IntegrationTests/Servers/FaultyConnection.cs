using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>One client's connection by way of <see cref="FaultyProxy"/>.</summary>
internal sealed class FaultyConnection(FaultyProxy proxy, Socket client) : IDisposable
{
    private const int LongestHead = 1 << 16;

    private readonly CancellationTokenSource _ended = new();
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _gate = new();
    private bool _disposed;
    private volatile bool _losesAnswer;

    /// <summary>Both sides see the connection reset.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _ended.Cancel();
            foreach (var side in new[] { client, _server })
            {
                // With no time to linger, closing sends a reset.
                if (side.Connected)
                    side.LingerState = new LingerOption(true, 0);
                side.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            client.Dispose();
            _server.Dispose();
            _ended.Dispose();
        }
    }

    public async Task RunAsync(string host, int port)
    {
        try
        {
            await _server.ConnectAsync(host, port, _ended.Token);
            client.NoDelay = _server.NoDelay = true;
            await using var near = await NearAsync();
            await using var far = new NetworkStream(_server);
            var answers = AnswersAsync(far, near);
            try
            {
                await (proxy.OnRequest is { } decide ? RequestsAsync(near, far, decide) : CopyAsync(near, far));
                _server.Shutdown(SocketShutdown.Send);
            }
            catch
            {
                Cut();
                await answers;
                throw;
            }
            await answers;
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
        {
            // One side went away, or the test cut them.
        }
    }

    private async Task<Stream> NearAsync()
    {
        var plain = new NetworkStream(client);
        if (proxy.Certificate is not { } certificate)
            return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _ended.Token);
        return secure;
    }

    private async Task AnswersAsync(Stream far, Stream near)
    {
        try
        {
            var buffer = new byte[1 << 16];
            long passed = 0;
            int read;
            while ((read = await far.ReadAsync(buffer, _ended.Token)) > 0)
            {
                if (_losesAnswer)
                {
                    Cut();
                    return;
                }
                read = (int)Math.Min(read, proxy.CutAnswersAfter - passed);
                await near.WriteAsync(buffer.AsMemory(0, read), _ended.Token);
                if ((passed += read) == proxy.CutAnswersAfter)
                    break;
            }
            if (near is SslStream secure)
                await secure.ShutdownAsync();
            client.Shutdown(SocketShutdown.Send); // The client closes when it has seen the end.
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Cut();
        }
    }

    private async Task CopyAsync(Stream near, Stream far)
    {
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await near.ReadAsync(buffer, _ended.Token)) > 0)
            await PassAsync(far, buffer.AsMemory(0, read));
    }

    private async Task PassAsync(Stream far, ReadOnlyMemory<byte> bytes)
    {
        if (proxy.Delay != TimeSpan.Zero)
            await Task.Delay(proxy.Delay, _ended.Token);
        await far.WriteAsync(bytes, _ended.Token);
    }

    private async Task RequestsAsync(Stream near, Stream far, Func<string, ValueTask<RequestFault>> decide)
    {
        var buffer = new byte[LongestHead];
        var filled = 0;
        while (true)
        {
            int end;
            while ((end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            {
                var read = await near.ReadAsync(buffer.AsMemory(filled), _ended.Token);
                if (read == 0)
                    return;
                filled += read;
            }
            var head = Encoding.Latin1.GetString(buffer, 0, end + 2);
            var fault = await decide(head);
            if (fault == RequestFault.Cut)
            {
                Cut();
                return;
            }
            _losesAnswer = fault == RequestFault.LoseAnswer;
            var refused = fault is RequestFault.SlowDown or RequestFault.NotImplemented;
            if (refused)
                await near.WriteAsync(Refusal(fault), _ended.Token);
            else
                await PassAsync(far, buffer.AsMemory(0, end + 4));
            filled = await BodyAsync(buffer, end + 4, filled, Length(head), near, refused ? Stream.Null : far);
        }
    }

    /// <returns>The bytes of the next request that came along, moved to the buffer's start.</returns>
    private async Task<int> BodyAsync(byte[] buffer, int start, int filled, long length, Stream near, Stream far)
    {
        var there = (int)Math.Min(length, filled - start);
        if (there > 0)
            await PassAsync(far, buffer.AsMemory(start, there));
        var rest = filled - start - there;
        buffer.AsSpan(start + there, rest).CopyTo(buffer);
        for (length -= there; length > 0;)
        {
            var read = await near.ReadAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), _ended.Token);
            if (read == 0)
                throw new EndOfStreamException();
            await PassAsync(far, buffer.AsMemory(0, read));
            length -= read;
        }
        return rest;
    }

    private static byte[] Refusal(RequestFault fault)
    {
        var status = fault == RequestFault.SlowDown ? "503 Service Unavailable" : "501 Not Implemented";
        var error = $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{fault}</Code><Message>A fault of the test's own making.</Message></Error>";
        return Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {error.Length}\r\n\r\n{error}");
    }

    private static long Length(string head)
    {
        if (head.Contains("\r\nTransfer-Encoding:", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException("Requests in chunks are not made by any client that is tested.");
        var header = head.IndexOf("\r\nContent-Length:", StringComparison.OrdinalIgnoreCase);
        if (header < 0)
            return 0;
        var value = header + "\r\nContent-Length:".Length;
        return long.Parse(head.AsSpan(value, head.IndexOf("\r\n", value, StringComparison.Ordinal) - value), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
