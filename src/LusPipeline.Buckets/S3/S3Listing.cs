using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace LusPipeline.Buckets.S3;

/// <summary>Lists a bucket page by page.</summary>
/// <param name="connection">The bucket.</param>
/// <param name="page">The number of objects that one request asks for.</param>
internal sealed class S3Listing(S3Connection connection, int page = S3Listing.MostOfAPage)
{
    /// <summary>The largest page that S3 returns.</summary>
    public const int MostOfAPage = 1_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lists the current objects, in the order of their keys.</summary>
    public IAsyncEnumerable<S3Listed> CurrentAsync(string prefix, CancellationToken cancellation) =>
        connection.Options.Versioned ? NewestAsync(prefix, cancellation) : ObjectsAsync(prefix, cancellation);

    /// <summary>Returns the current object of one key, with one request; null if there is none.</summary>
    /// <exception cref="AmazonS3Exception">The bucket does not accept the key, or refuses to list it.</exception>
    public async Task<S3Listed?> OneAsync(string key, CancellationToken cancellation)
    {
        // A key is sorted before all longer keys that begin with it, and its newest version before its older ones.
        if (connection.Options.Versioned)
        {
            var request = new ListVersionsRequest { BucketName = connection.Bucket, Prefix = key, Encoding = EncodingType.Url, MaxKeys = 1 };
            var answer = await connection.CallAsync(() => connection.Client.ListVersionsAsync(request, cancellation), cancellation, deniedIsAnswer: true).ConfigureAwait(false);
            return answer.Versions is [{ IsLatest: true, IsDeleteMarker: not true } version, ..] && Decode(version.Key) == key ? Listed(version, version.VersionId) : null;
        }
        else
        {
            var request = new ListObjectsV2Request { BucketName = connection.Bucket, Prefix = key, Encoding = EncodingType.Url, MaxKeys = 1 };
            var answer = await connection.CallAsync(() => connection.Client.ListObjectsV2Async(request, cancellation), cancellation, deniedIsAnswer: true).ConfigureAwait(false);
            return answer.S3Objects is [var item, ..] && Decode(item.Key) == key ? Listed(item, "") : null;
        }
    }

    /// <summary>Lists every version and every delete marker, in the order of their keys. The newest version of a key comes first.</summary>
    public async IAsyncEnumerable<S3ObjectVersion> VersionsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListVersionsRequest { BucketName = connection.Bucket, Prefix = prefix, Encoding = EncodingType.Url, MaxKeys = page };
        ListVersionsResponse answer;
        do
        {
            answer = await connection.CallAsync(() => connection.Client.ListVersionsAsync(request, cancellation), cancellation).ConfigureAwait(false);
            foreach (var version in answer.Versions ?? [])
                yield return version;
            var before = (request.KeyMarker, request.VersionIdMarker);
            // Some servers encode their markers, others do not. The last entry gives the same position in a known form.
            if (answer.Versions is [.., var last])
                (request.KeyMarker, request.VersionIdMarker) = (Decode(last.Key) ?? answer.NextKeyMarker, last.VersionId);
            else
                (request.KeyMarker, request.VersionIdMarker) = (answer.NextKeyMarker, answer.NextVersionIdMarker);
            if (answer.IsTruncated == true && before == (request.KeyMarker, request.VersionIdMarker))
                throw S3Fault.Repeating(connection.Options);
        }
        while (answer.IsTruncated == true);
    }

    /// <summary>Decodes a percent-encoded name of a listing. Names are encoded because XML cannot represent every character of a key.</summary>
    /// <returns>Null if the name is not UTF-8, or has a NUL, which PostgreSQL does not store.</returns>
    public static string? Decode(string encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        if (!encoded.AsSpan().ContainsAny('%', '+'))
            return encoded;
        var bytes = Encoding.UTF8.GetBytes(encoded);
        try
        {
            var name = StrictUtf8.GetString(WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length)!);
            return name.Contains('\0', StringComparison.Ordinal) ? null : name;
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
            var before = (request.StartAfter, request.ContinuationToken);
            // Continues after the last key instead of using a token. Some servers encode tokens, others do not, and a token may expire.
            request.StartAfter = answer.S3Objects is [.., var last] ? Decode(last.Key) : null;
            request.ContinuationToken = request.StartAfter is null ? answer.NextContinuationToken : null;
            if (answer.IsTruncated == true && before == (request.StartAfter, request.ContinuationToken))
                throw S3Fault.Repeating(connection.Options);
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
