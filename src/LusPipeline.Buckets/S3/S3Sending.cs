using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Writes objects: small ones in one request, large ones in parts. An object appears whole, or not at all.</summary>
internal sealed class S3Sending(S3Connection connection)
{
    /// <summary>The largest object of one request, and the size of parts: 5 MiB is S3's least.</summary>
    public const int PartBytes = 16 << 20;

    /// <summary>S3's most parts of one object.</summary>
    private const int MostParts = 10_000;

    /// <summary>Says who wrote an object of several parts, for when the answer to its completion got lost.</summary>
    private const string WriterKey = "x-amz-meta-lus-writer";

    private const string SidecarKey = "x-amz-meta-lus-sidecar";

    /// <summary>The size of the parts of a large file.</summary>
    public static long PartSizeOf(long length) => Math.Max(PartBytes, (length + MostParts - 1) / MostParts);

    /// <exception cref="BrokenEngineException">The bucket refuses it, or the file cannot be read.</exception>
    public async Task FileAsync(string key, string path, CancellationToken cancellation)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                if (file.Length <= PartBytes)
                    await PutAsync(key, file, cancellation).ConfigureAwait(false);
                else
                    await PartsAsync(key, file, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEngineException($"A file to be sent to {connection.Options.Place} cannot be read ({error.Message.Split(" : ")[0]}).", error);
        }
    }

    /// <summary>Writes an object in one request.</summary>
    /// <param name="key">The object's whole key.</param>
    /// <param name="content">All of it is the object.</param>
    /// <param name="cancellation">Ends it; whether the object is there then is not known.</param>
    /// <param name="sidecar">Kept in the object's metadata: one request less than an object of its own.</param>
    public Task PutAsync(string key, Stream content, CancellationToken cancellation, string? sidecar = null)
    {
        var request = new PutObjectRequest
        {
            BucketName = connection.Bucket,
            Key = key,
            InputStream = content,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            // The signature holds the content's SHA-256, which the server checks; the SDK's MD5 would be a second look.
            DisableDefaultChecksumValidation = true,
        };
        if (sidecar is not null)
            request.Metadata[SidecarKey] = sidecar;
        return connection.CallAsync(
            () =>
            {
                content.Position = 0;
                return connection.Client.PutObjectAsync(request, cancellation);
            },
            cancellation);
    }

    /// <summary>Begins an object of several parts.</summary>
    public async Task<S3Parts> BeginAsync(string key, CancellationToken cancellation)
    {
        var writer = Guid.NewGuid().ToString("N");
        var request = new InitiateMultipartUploadRequest { BucketName = connection.Bucket, Key = key };
        request.Metadata[WriterKey] = writer;
        var begun = await connection.CallAsync(() => connection.Client.InitiateMultipartUploadAsync(request, cancellation), cancellation).ConfigureAwait(false);
        return new S3Parts(connection, key, begun.UploadId, async token => await WriterAsync(key, token).ConfigureAwait(false) == writer);
    }

    /// <param name="before">UTC.</param>
    public async Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation)
    {
        var dropped = 0;
        foreach (var folder in OwnKey.Folders)
        {
            var request = new ListMultipartUploadsRequest { BucketName = connection.Bucket, Prefix = connection.Options.WorkPrefix + folder };
            ListMultipartUploadsResponse answer;
            do
            {
                answer = await connection.CallAsync(() => connection.Client.ListMultipartUploadsAsync(request, cancellation), cancellation).ConfigureAwait(false);
                foreach (var upload in (answer.MultipartUploads ?? []).Where(upload => upload.Initiated?.ToUniversalTime() < before))
                {
                    await S3Parts.AbortAsync(connection, upload.Key, upload.UploadId, cancellation).ConfigureAwait(false);
                    dropped++;
                }
                (request.KeyMarker, request.UploadIdMarker) = (answer.NextKeyMarker, answer.NextUploadIdMarker);
            }
            while (answer.IsTruncated == true);
        }
        return dropped;
    }

    /// <returns>Who wrote the object that is there, empty when it was none of us; null when there is none.</returns>
    private async Task<string?> WriterAsync(string key, CancellationToken cancellation)
    {
        try
        {
            var facts = await connection.CallAsync(() => connection.Client.GetObjectMetadataAsync(connection.Bucket, key, cancellation), cancellation).ConfigureAwait(false);
            return facts.Metadata[WriterKey] ?? "";
        }
        catch (AmazonS3Exception answer) when (S3Fault.IsMissing(answer))
        {
            return null;
        }
    }

    private async Task PartsAsync(string key, FileStream file, CancellationToken cancellation)
    {
        var parts = await BeginAsync(key, cancellation).ConfigureAwait(false);
        await using (parts.ConfigureAwait(false))
        {
            var size = PartSizeOf(file.Length);
            for (long from = 0; from < file.Length; from += size)
                await parts.AddAsync(file.Name, from, Math.Min(size, file.Length - from), cancellation).ConfigureAwait(false);
            await parts.CompleteAsync(cancellation).ConfigureAwait(false);
        }
    }
}
