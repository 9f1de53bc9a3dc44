using System.Diagnostics;
using System.Net;
using System.Text;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>The proxy does what the fault tests take for granted.</summary>
public sealed class FaultyProxyTests : IDisposable
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes(new string('x', 300_000));

    private readonly FileServer _server = new(Content);
    private readonly HttpClient _client = new();
    private readonly List<string> _seen = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Bytes_pass_and_a_refusing_proxy_passes_again_at_its_port()
    {
        await using var proxy = new FaultyProxy(_server.Root);
        proxy.Pass();
        var address = proxy.Address(_server.Root);
        Assert.Equal(Content, await _client.GetByteArrayAsync(address, Cancellation));

        proxy.Refuse();
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetByteArrayAsync(address, Cancellation));

        proxy.Pass();
        Assert.Equal(Content, await _client.GetByteArrayAsync(address, Cancellation));
    }

    [Fact]
    public async Task A_delay_slows_the_client_and_an_endless_one_hangs_it_until_it_is_cut()
    {
        await using var proxy = new FaultyProxy(_server.Root) { Delay = TimeSpan.FromMilliseconds(300) };
        proxy.Pass();
        var time = Stopwatch.StartNew();
        await _client.GetByteArrayAsync(proxy.Address(_server.Root), Cancellation);
        Assert.True(time.ElapsedMilliseconds >= 300);

        proxy.Delay = Timeout.InfiniteTimeSpan;
        var hangs = _client.GetByteArrayAsync(proxy.Address(_server.Root), Cancellation);
        await Task.Delay(100, Cancellation);
        Assert.False(hangs.IsCompleted);
        proxy.Cut();
        await Assert.ThrowsAsync<HttpRequestException>(() => hangs);
    }

    [Fact]
    public async Task A_request_is_slowed_down_cut_or_answered_in_vain_and_the_next_one_passes()
    {
        var faults = new Queue<RequestFault>([RequestFault.SlowDown, RequestFault.None, RequestFault.Cut, RequestFault.LoseAnswer, RequestFault.None]);
        await using var proxy = new FaultyProxy(_server.Root) { OnRequest = head => Next(head, faults) };
        proxy.Pass();
        var address = proxy.Address(_server.Root);

        using (var slow = await _client.PutAsync(address, new ByteArrayContent(Content), Cancellation))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, slow.StatusCode);
            Assert.Contains("<Code>SlowDown</Code>", await slow.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
        Assert.Empty(_server.Ranges);
        Assert.Equal(Content, await _client.GetByteArrayAsync(address, Cancellation));
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PutAsync(address, new ByteArrayContent(Content), Cancellation));
        Assert.Single(_server.Ranges);
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PutAsync(address, new ByteArrayContent(Content), Cancellation));
        Assert.Equal(2, _server.Ranges.Count);
        Assert.Equal(Content, await _client.GetByteArrayAsync(address, Cancellation));
        Assert.Equal(["PUT / HTTP/1.1", "GET / HTTP/1.1", "PUT / HTTP/1.1", "PUT / HTTP/1.1", "GET / HTTP/1.1"], _seen);
    }

    private ValueTask<RequestFault> Next(string head, Queue<RequestFault> faults)
    {
        _seen.Add(head.Split('\r')[0]);
        return ValueTask.FromResult(faults.Dequeue());
    }
}
