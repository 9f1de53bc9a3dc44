using Amazon.Runtime;
using Amazon.S3;
using LusPipeline.Buckets.S3;

namespace LusPipeline.Tests;

internal static class PlainS3
{
    private static readonly Clients Http = new();

    /// <summary>The plain client, for what users and other programs do in a bucket. The caller disposes it.</summary>
    public static IAmazonS3 Client(S3Options options) => new AmazonS3Client(
        new BasicAWSCredentials(options.AccessKey, options.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = options.Endpoint!.AbsoluteUri,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = Http,
        });

    private sealed class Clients : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Unasked());
    }

    /// <summary>
    /// Sends a body without asking for it first. The SDK asks (<c>Expect: 100-continue</c>) and waits a second for the answer. A server
    /// that refuses the request later than that finds the body behind it, takes the body for a request, and answers 400 to whatever comes
    /// next on that connection, which may be another test's.
    /// </summary>
    private sealed class Unasked() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
