using System.Security.Cryptography.X509Certificates;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Broker;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary>TLS with an archive whose authority is private.</summary>
public sealed class ArchiveTlsTests : IDisposable
{
    private const string OfServer = "1.3.6.1.5.5.7.3.1";
    private const string OfClient = "1.3.6.1.5.5.7.3.2";

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("archives");

    public ArchiveTlsTests()
    {
        _authority.WriteAuthority(_folder["ca.pem"]);
        _authority.Write(OfServer, _folder["server.pem"], _folder["server.key"]);
        _authority.Write(OfClient, _folder["client.pem"], _folder["client.key"]);
        using var other = new TestAuthority("others");
        other.WriteAuthority(_folder["other.pem"]);
    }

    [Fact]
    public async Task An_archive_of_a_private_authority_is_trusted_by_its_file_alone()
    {
        await using var archive = await StartAsync(ClientCertificateMode.NoCertificate);

        await CheckAsync(archive.Options with { CaFile = _folder["ca.pem"] });
        var unknown = await Assert.ThrowsAsync<BrokenEngineException>(() => CheckAsync(archive.Options));
        await Assert.ThrowsAsync<BrokenEngineException>(() => CheckAsync(archive.Options with { CaFile = _folder["other.pem"] }));

        Assert.Contains("Archive:CaFile", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_counted_as_a_refusal()
    {
        await using var archive = await StartAsync(ClientCertificateMode.NoCertificate);
        using var measurements = new Measurements();

        await Assert.ThrowsAsync<BrokenEngineException>(() => CheckAsync(archive.Options));

        Assert.NotEmpty(measurements.Values("lus.archive.requests", "lus.outcome=refused"));
    }

    [Fact]
    public async Task A_host_that_the_certificate_does_not_name_is_not_trusted()
    {
        await using var archive = await StartAsync(ClientCertificateMode.NoCertificate);
        var elsewhere = new UriBuilder(archive.Options.Url!) { Host = "localhost" }.Uri;

        await Assert.ThrowsAsync<BrokenEngineException>(() => CheckAsync(archive.Options with { Url = elsewhere, CaFile = _folder["ca.pem"] }));
    }

    [Fact]
    public async Task An_archive_that_asks_for_a_certificate_gets_it()
    {
        await using var archive = await StartAsync(ClientCertificateMode.RequireCertificate);
        var options = archive.Options with { CaFile = _folder["ca.pem"] };

        await CheckAsync(options with { ClientCertificateFile = _folder["client.pem"], ClientKeyFile = _folder["client.key"] });
        Assert.IsAssignableFrom<LusException>(await Record.ExceptionAsync(() => CheckAsync(options)));
    }

    [Fact]
    public void A_file_that_holds_no_certificate_is_named()
    {
        File.WriteAllText(_folder["empty.pem"], "nothing");

        var broken = Assert.Throws<BrokenEngineException>(
            () => new ArchiveConnection(new() { Url = new("https://127.0.0.1:1/"), CaFile = _folder["empty.pem"] }, TimeProvider.System));

        Assert.Contains("Archive:CaFile", broken.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private Task<StandInArchive> StartAsync(ClientCertificateMode mode) => StandInArchive.StartAsync([], tls: https =>
    {
        using var pem = X509Certificate2.CreateFromPemFile(_folder["server.pem"], _folder["server.key"]);
        https.ServerCertificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        https.ClientCertificateMode = mode;
        https.AllowAnyClientCertificate();
    });

    private static async Task CheckAsync(ArchiveOptions options)
    {
        using var connection = new ArchiveConnection(options, TimeProvider.System);
        await connection.CheckAsync(TestContext.Current.CancellationToken);
    }
}
