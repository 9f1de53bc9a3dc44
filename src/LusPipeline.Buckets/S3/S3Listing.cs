using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace LusPipeline.Buckets.S3;

/// <summary>Lists a bucket page by page.</summary>
/// <param name="connection">The bucket.</param>
/// <param name="page">Objects that one request asks for.</param>
internal sealed class S3Listing(S3Connection connection, int page = S3Listing.MostOfAPage)
{
    /// <summary>What S3 gives at most.</summary>
    public const int MostOfAPage = 1_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Objects as they are now, in the order of their keys.</summary>
    public IAsyncEnumerable<S3Listed> CurrentAsync(string prefix, CancellationToken cancellation) =>
        connection.Options.Versioned ? NewestAsync(prefix, cancellation) : ObjectsAsync(prefix, cancellation);

    /// <summary>One object as it is now, by one request: null when the key has none.</summary>
    /// <exception cref="AmazonS3Exception">The bucket does not take the key, or does not tell of it.</exception>
    public async Task<S3Listed?> OneAsync(string key, CancellationToken cancellation)
    {
        // The key itself comes before all that begin with it, and its newest version before the others.
        if (connection.Options.Versioned)
        {
            var request = new ListVersionsRequest { BucketName = connection.Bucket, Prefix = key, Encoding = EncodingType.Url, MaxKeys = 1 };
            var answer = await connection.CallAsync(() => connection.Client.ListVersionsAsync(request, cancellation), cancellation, anothers: true).ConfigureAwait(false);
            return answer.Versions is [{ IsLatest: true, IsDeleteMarker: not true } version, ..] && Decode(version.Key) == key ? Listed(version, version.VersionId) : null;
        }
        else
        {
            var request = new ListObjectsV2Request { BucketName = connection.Bucket, Prefix = key, Encoding = EncodingType.Url, MaxKeys = 1 };
            var answer = await connection.CallAsync(() => connection.Client.ListObjectsV2Async(request, cancellation), cancellation, anothers: true).ConfigureAwait(false);
            return answer.S3Objects is [var item, ..] && Decode(item.Key) == key ? Listed(item, "") : null;
        }
    }

    /// <summary>Every version and every mark of a deletion, in the order of their keys, the newest of a key first.</summary>
    public async IAsyncEnumerable<S3ObjectVersion> VersionsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListVersionsRequest { BucketName = connection.Bucket, Prefix = prefix, Encoding = EncodingType.Url, MaxKeys = page };
        ListVersionsResponse answer;
        do
        {
            answer = await connection.CallAsync(() => connection.Client.ListVersionsAsync(request, cancellation), cancellation).ConfigureAwait(false);
            foreach (var version in answer.Versions ?? [])
                yield return version;
            // Some servers encode their markers and some do not; the last entry says the same.
            if (answer.Versions is [.., var last])
                (request.KeyMarker, request.VersionIdMarker) = (Decode(last.Key) ?? answer.NextKeyMarker, last.VersionId);
            else
                (request.KeyMarker, request.VersionIdMarker) = (answer.NextKeyMarker, answer.NextVersionIdMarker);
        }
        while (answer.IsTruncated == true);
    }

    /// <summary>Names in an answer are percent-encoded, since XML cannot hold every character that a key may have.</summary>
    /// <returns>Null for what is no UTF-8.</returns>
    public static string? Decode(string encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        if (!encoded.AsSpan().ContainsAny('%', '+'))
            return encoded;
        var bytes = Encoding.UTF8.GetBytes(encoded);
        try
        {
            return StrictUtf8.GetString(WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length)!);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<S3Listed> ObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = connection.Bucket, Prefix = prefix, Encoding = EncodingType.Url, MaxKeys = page };
        ListObjectsV2Response answer;
        do
        {
            answer = await connection.CallAsync(() => connection.Client.ListObjectsV2Async(request, cancellation), cancellation).ConfigureAwait(false);
            foreach (var item in answer.S3Objects ?? [])
                yield return Listed(item, "");
            // Goes on by the last key rather than by a token, which some servers encode and some do not, and which may grow old.
            request.StartAfter = answer.S3Objects is [.., var last] ? Decode(last.Key) : null;
            request.ContinuationToken = request.StartAfter is null ? answer.NextContinuationToken : null;
        }
        while (answer.IsTruncated == true);
    }

    private async IAsyncEnumerable<S3Listed> NewestAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var version in VersionsAsync(prefix, cancellation).ConfigureAwait(false))
        {
            if (version.IsLatest == true && version.IsDeleteMarker != true)
                yield return Listed(version, version.VersionId);
        }
    }

    private static S3Listed Listed(S3Object item, string version) => new(
        Decode(item.Key), item.Key, item.Size ?? 0, (item.LastModified ?? DateTime.UnixEpoch).ToUniversalTime(), item.ETag?.Trim('"') ?? "", version);
}
