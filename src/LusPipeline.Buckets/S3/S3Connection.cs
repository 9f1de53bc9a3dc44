using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>The client of one bucket, for any number of threads. Connecting waits until the first request.</summary>
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
            // Other servers than AWS refuse the checksums that the SDK would add by itself.
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

    /// <summary>Asks the bucket for something small.</summary>
    /// <exception cref="BucketUnavailableException">It does not answer.</exception>
    /// <exception cref="BrokenEngineException">It answers and refuses: the message names the key of the configuration and the fix.</exception>
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
            throw new BrokenEngineException($"There are no certificate authorities to be read in '{options.CaFile}': give {S3Options.Section}:{nameof(S3Options.CaFile)} a PEM file of certificates.", error);
        }
    }

    /// <summary>Makes a request, again where that helps, and tells an outage and a wrong configuration from answers about an object, which come as <see cref="AmazonS3Exception"/>.</summary>
    /// <param name="call">Makes the request from its beginning.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="anothers">The object is a user's: that it may not be read says nothing about our rights in the bucket.</param>
    internal async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellation, bool anothers = false)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (AmazonS3Exception answer) when (tries < Retries && S3Fault.IsOutOfStep(answer))
            {
                // That connection is closed now; the next try takes another.
            }
            catch (AmazonS3Exception answer) when (!anothers && S3Fault.IsDenied(answer))
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
