using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Writes objects: small ones in one request, large ones in parts. An object becomes visible as a whole, or not at all.</summary>
internal sealed class S3Sending(S3Connection connection)
{
    /// <summary>The largest object that is written in one request, and the size of parts, in bytes. S3 requires at least 5 MiB.</summary>
    public const int PartBytes = 16 << 20;

    /// <summary>The largest number of parts that S3 accepts for one object.</summary>
    private const int MostParts = 10_000;

    /// <summary>Metadata that identifies the writer of an object of several parts. It is needed if the answer to its completion is lost.</summary>
    private const string WriterKey = "x-amz-meta-lus-writer";

    private const string SidecarKey = "x-amz-meta-lus-sidecar";

    /// <summary>Returns the size of the parts of a large file, in bytes.</summary>
    public static long PartSizeOf(long length) => Math.Max(PartBytes, (length + MostParts - 1) / MostParts);

    /// <exception cref="BrokenEngineException">The bucket refuses the object, or the file cannot be read.</exception>
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
    /// <param name="content">The whole content of the object.</param>
    /// <param name="cancellation">Ends the call. Whether the object exists is then unknown.</param>
    /// <param name="sidecar">Stored in the object's metadata, which spares a request for an object of its own.</param>
    public Task PutAsync(string key, Stream content, CancellationToken cancellation, string? sidecar = null)
    {
        var request = new PutObjectRequest
        {
            BucketName = connection.Bucket,
            Key = key,
            InputStream = content,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            // The signature contains the content's SHA-256, and the server checks it. The SDK's MD5 would be a second check.
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

    /// <param name="before">Only uploads that began before this time (UTC) are deleted.</param>
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

    /// <returns>The writer of the existing object, empty if it was not written by the pipeline; null if there is no object.</returns>
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
