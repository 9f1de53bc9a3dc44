using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>The client of one archive. Any number of threads may use it. It connects at the first request.</summary>
public sealed class ArchiveConnection : IDisposable
{
    internal const int Tries = 4;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest time that is waited because the archive asks for it.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client;
    private readonly TimeProvider _clock;

    /// <param name="options">The archive, with its address.</param>
    /// <exception cref="BrokenEngineException">A file of certificates cannot be read.</exception>
    public ArchiveConnection(ArchiveOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Url);
        Options = options;
        _clock = clock;
        Root = options.Url.AbsoluteUri.TrimEnd('/') + '/';
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.Timeout < ConnectTimeout ? options.Timeout : ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ActivityHeadersPropagator = null,
            SslOptions = Tls(options),
        })
        {
            // Each request has a limit of its own, which begins anew with each piece of an answer.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.Authorization = options switch
        {
            { Token: { Length: > 0 } token } => new("Bearer", token),
            { User.Length: > 0 } => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}"))),
            _ => null,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("LusPipeline", null));
    }

    internal ArchiveOptions Options { get; }

    /// <summary>The address that requests begin with; ends with '/'.</summary>
    internal string Root { get; }

    /// <summary>Makes a small search, to check that the archive can be used.</summary>
    /// <exception cref="BucketUnavailableException">The archive does not answer.</exception>
    /// <exception cref="BrokenEngineException">The archive answers and refuses the request. The message names the setting and the fix.</exception>
    public Task CheckAsync(CancellationToken cancellation) => new ArchiveSearch(this).CheckAsync(cancellation);

    public void Dispose() => _client.Dispose();

    /// <summary>Makes a request and reads its answer. Both are done again after an outage or a broken answer, as long as that may help.</summary>
    /// <param name="make">Makes the request, each time anew.</param>
    /// <param name="most">Bytes of the largest answer.</param>
    /// <param name="read">Reads the answer, each time from its start. It may have any status that is no outage.</param>
    /// <exception cref="BucketUnavailableException">The archive does not answer, or its answers break off.</exception>
    /// <exception cref="BrokenEngineException">The archive is not trusted, or refuses our credentials.</exception>
    /// <exception cref="TooLargeAnswerException">The answer has more bytes.</exception>
    internal async Task<T> CallAsync<T>(
        Func<HttpRequestMessage> make, long most, Func<HttpResponseMessage, Stream, Task<T>> read, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var pause = FirstPause * Math.Pow(2, tries - 1);
            Exception failure;
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(Options.Timeout);
            try
            {
                using var request = make();
                using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
                if (ArchiveFault.Refusal(answer.StatusCode, Options) is { } refusal)
                {
                    StageMetrics.ArchiveAsked("refused");
                    throw refusal;
                }
                if (!ArchiveFault.IsOutage(answer.StatusCode))
                {
                    var body = await answer.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
                    await using (body.ConfigureAwait(false))
                    {
                        var result = await read(answer, new PatientStream(body, silence, Options.Timeout, most)).ConfigureAwait(false);
                        StageMetrics.ArchiveAsked("answered");
                        return result;
                    }
                }
                failure = new HttpRequestException(null, null, answer.StatusCode);
                pause = Asked(answer.Headers.RetryAfter) ?? pause;
            }
            catch (Exception error) when (ArchiveFault.IsBroken(error))
            {
                cancellation.ThrowIfCancellationRequested();
                if (ArchiveFault.Untrusted(error, Options) is { } untrusted)
                {
                    StageMetrics.ArchiveAsked("refused");
                    throw untrusted;
                }
                failure = error;
            }
            StageMetrics.ArchiveAsked("outage");
            if (tries == Tries)
                throw ArchiveFault.Unavailable(Options, failure);
            await Task.Delay(pause, _clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>How long the archive asks to wait; null if it does not.</summary>
    private TimeSpan? Asked(RetryConditionHeaderValue? header)
    {
        var asked = header?.Delta ?? (header?.Date is { } date ? date - _clock.GetUtcNow() : null);
        return asked is null ? null : asked < TimeSpan.Zero ? TimeSpan.Zero : asked > LongestPause ? LongestPause : asked;
    }

    private static SslClientAuthenticationOptions Tls(ArchiveOptions options)
    {
        var (key, file) = (nameof(ArchiveOptions.CaFile), options.CaFile);
        try
        {
            var tls = new SslClientAuthenticationOptions { CertificateChainPolicy = ArchiveOptions.IsGiven(file) ? TrustedAuthorities.Read(file!) : null };
            (key, file) = (nameof(ArchiveOptions.ClientCertificateFile), options.ClientCertificateFile);
            if (ArchiveOptions.IsGiven(file))
                tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(file!, options.ClientKeyFile)];
            return tls;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new BrokenEngineException($"'{file}' cannot be read: give {ArchiveOptions.Section}:{key} a PEM file of certificates, with its key where one belongs to it.", error);
        }
    }
}
