using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>The client of one bucket. Any number of threads may use it. It connects at the first request.</summary>
public sealed class S3Connection : IDisposable
{
    private const int Retries = 3;

    /// <exception cref="BrokenEngineException">The file of certificate authorities cannot be read.</exception>
    public S3Connection(S3Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        var clients = Clients(options);
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            // Servers other than AWS refuse the checksums that the SDK adds by default.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = Retries,
            Timeout = options.Timeout,
            HttpClientFactory = clients,
        };
        if (options.Endpoint is null)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        else
            (config.ServiceURL, config.AuthenticationRegion) = (options.Endpoint.AbsoluteUri, options.Region);
        Client = options.HasKeys ? new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config) : new AmazonS3Client(config);
    }

    internal S3Options Options { get; }

    internal IAmazonS3 Client { get; }

    internal string Bucket => Options.Name;

    /// <summary>Makes a small request, to check that the bucket can be used.</summary>
    /// <exception cref="BucketUnavailableException">The bucket does not answer.</exception>
    /// <exception cref="BrokenEngineException">The bucket answers and refuses the request. The message names the setting and the fix.</exception>
    public Task CheckAsync(CancellationToken cancellation) =>
        CallAsync(() => Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, MaxKeys = 1, Prefix = Options.WorkPrefix, Encoding = EncodingType.Url }, cancellation), cancellation);

    public void Dispose() => Client.Dispose();

    private static S3HttpClients Clients(S3Options options)
    {
        try
        {
            return new S3HttpClients(options);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new BrokenEngineException(
                $"There are no certificate authorities to be read in '{options.CaFile}': give {S3Options.Section}:{nameof(S3Options.CaFile)} a PEM file of certificates.",
                error);
        }
    }

    /// <summary>
    /// Makes a request, and retries it where that helps. Outages and wrong settings are thrown as exceptions of their own; an answer about
    /// a single object is thrown as <see cref="AmazonS3Exception"/>.
    /// </summary>
    /// <param name="call">Makes the request, each time from its beginning.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="deniedIsAnswer">
    /// Whether a denied request is thrown as an answer too: it says nothing about the pipeline's rights if the object is a user's, or if there
    /// is another request for the same.
    /// </param>
    internal async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellation, bool deniedIsAnswer = false)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (AmazonS3Exception answer) when (tries < Retries && S3Fault.IsOutOfStep(answer))
            {
                // That connection is closed now. The next attempt uses another one.
            }
            catch (AmazonS3Exception answer) when (!deniedIsAnswer && S3Fault.IsDenied(answer))
            {
                throw S3Fault.Forbidden(Options, answer);
            }
            catch (Exception error) when (S3Fault.Translate(error, Options, cancellation) is { } translated)
            {
                throw translated;
            }
        }
    }
}
