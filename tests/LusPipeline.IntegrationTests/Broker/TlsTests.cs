using LusPipeline.Hosting.Broker;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>A broker whose certificate a private authority signed, and that asks for a client's.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_speaks_tls_with_a_private_authority_and_a_client_certificate_and_with_nothing_less()
    {
        using var authority = new TestAuthority("LusPipeline test");
        using var stranger = new TestAuthority("Stranger");
        authority.WriteAuthority(File("ca.pem"));
        stranger.WriteAuthority(File("stranger.pem"));
        authority.Write("1.3.6.1.5.5.7.3.2", File("client.pem"), File("client.key"));
        await using var servers = TestServers.SingleWithTls(folder =>
        {
            authority.WriteAuthority(Path.Combine(folder, "ca.pem"));
            authority.Write("1.3.6.1.5.5.7.3.1", Path.Combine(folder, "server.pem"), Path.Combine(folder, "server.key"));
        });
        var right = new BrokerOptions
        {
            Uri = await servers.WithTlsAsync(await servers.NewVirtualHostAsync()),
            CaFile = File("ca.pem"),
            ClientCertificateFile = File("client.pem"),
            ClientKeyFile = File("client.key"),
        };

        var handled = new TaskCompletionSource();
        await using var worker = await TestWorker.StartAsync(right, (_, _) =>
        {
            handled.TrySetResult();
            return Task.CompletedTask;
        });
        await worker.Topology.DeclareAsync(Cancellation);
        await worker.Bus.PublishAsync(TestBroker.Clip(0), Cancellation);
        await handled.Task.WaitAsync(TestBroker.Patience, Cancellation);

        await FailsAsync("an authority that the system does not know", right with { CaFile = null });
        await FailsAsync("another authority", right with { CaFile = File("stranger.pem") });
        await FailsAsync("another name", right with { Uri = new UriBuilder(right.Uri) { Host = "localhost" }.Uri });
        var hungUp = await RefusesAsync("no certificate of the client", right with { ClientCertificateFile = null, ClientKeyFile = null });
        Assert.Contains("Broker:ClientCertificateFile", hungUp.Message, StringComparison.Ordinal);
        Assert.Contains("Broker:CaFile", (await RefusesAsync("no file", right with { CaFile = File("none.pem") })).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Broker:ClientCertificateFile",
            (await RefusesAsync("a key that is not the certificate's", right with { ClientKeyFile = File("ca.pem") })).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string File(string name) => Path.Combine(_folder.Path, name);

    private static async Task FailsAsync(string what, BrokerOptions options) => Assert.Contains("Broker:CaFile", (await RefusesAsync(what, options)).Message, StringComparison.Ordinal);

    private static async Task<Exception> RefusesAsync(string what, BrokerOptions options)
    {
        await using var connection = new BrokerConnection(options);
        var failure = await Record.ExceptionAsync(() => new BrokerTopology(connection, options).DeclareAsync(Cancellation));
        Assert.True(
            failure is BrokerException or BrokerUnavailableException, $"{what}: {failure}");
        return failure;
    }
}
