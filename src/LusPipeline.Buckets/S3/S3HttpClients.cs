using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// Creates HTTP clients with a private certificate authority if one is set, without redirects or compression, and with connections that
/// follow changes of DNS.
/// </summary>
internal sealed class S3HttpClients : HttpClientFactory
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _timeout;
    private readonly X509ChainPolicy? _authorities;

    /// <exception cref="CryptographicException">The file of certificate authorities holds no certificate.</exception>
    public S3HttpClients(S3Options options)
    {
        _timeout = options.Timeout;
        _authorities = options.HasCaFile ? TrustedAuthorities.Read(options.CaFile!) : null;
    }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new SmallBodies(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = _timeout < ConnectTimeout ? _timeout : ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = _authorities },
        }))
        {
            Timeout = _timeout,
        };
}
