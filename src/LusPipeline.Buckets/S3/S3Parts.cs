using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>An object that is written in parts. If it is disposed before it is complete, the parts are deleted.</summary>
/// <param name="connection">The bucket.</param>
/// <param name="key">The object's whole key.</param>
/// <param name="upload">The server's id of this upload.</param>
/// <param name="isThere">Returns whether the existing object is the one that this upload wrote.</param>
internal sealed class S3Parts(S3Connection connection, string key, string upload, Func<CancellationToken, Task<bool>> isThere) : IAsyncDisposable
{
    private readonly List<PartETag> _parts = [];
    private bool _complete;

    /// <param name="content">The content of the part.</param>
    public Task AddAsync(Stream content, CancellationToken cancellation) =>
        AddAsync(new UploadPartRequest { InputStream = content, PartSize = content.Length }, cancellation);

    public Task AddAsync(string path, long from, long size, CancellationToken cancellation) =>
        AddAsync(new UploadPartRequest { FilePath = path, FilePosition = from, PartSize = size }, cancellation);

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = connection.Bucket, Key = key, UploadId = upload, PartETags = _parts };
        try
        {
            await connection.CallAsync(() => connection.Client.CompleteMultipartUploadAsync(request, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception answer) when (answer.ErrorCode == "NoSuchUpload")
        {
            // The client may have repeated a request whose answer was lost. Otherwise, another process deleted the parts.
            if (!await isThere(cancellation).ConfigureAwait(false))
                throw new BucketUnavailableException($"The parts of an object of ours are gone from {connection.Options.Place}.", answer);
        }
        _complete = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_complete)
            return;
        try
        {
            await AbortAsync(connection, key, upload, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BucketUnavailableException or BrokenEngineException)
        {
            // The parts stay until S3WorkBucket.DeleteUnfinishedAsync. The first error is the one to report.
        }
    }

    public static async Task AbortAsync(S3Connection connection, string key, string upload, CancellationToken cancellation)
    {
        try
        {
            await connection.CallAsync(
                () => connection.Client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = connection.Bucket, Key = key, UploadId = upload }, cancellation),
                cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception answer) when (S3Fault.IsMissing(answer))
        {
            // The upload is already finished or deleted.
        }
    }

    private async Task AddAsync(UploadPartRequest request, CancellationToken cancellation)
    {
        (request.BucketName, request.Key, request.UploadId, request.PartNumber) = (connection.Bucket, key, upload, _parts.Count + 1);
        var part = await connection.CallAsync(
            () =>
            {
                if (request.InputStream is { } content)
                    content.Position = 0;
                return connection.Client.UploadPartAsync(request, cancellation);
            },
            cancellation).ConfigureAwait(false);
        _parts.Add(new PartETag(_parts.Count + 1, part.ETag));
    }
}
