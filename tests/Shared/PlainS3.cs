using Amazon.Runtime;
using Amazon.S3;
using LusPipeline.Storage.Buckets.S3;

namespace LusPipeline.Tests;

internal static class PlainS3
{
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
        });
}
