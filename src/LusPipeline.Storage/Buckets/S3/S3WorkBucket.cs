using System.Buffers;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Storage.Buckets.S3;

/// <summary>Our own objects in an S3 bucket, below <see cref="S3Options.WorkPrefix"/>. Others' objects lie beside them and cannot be touched through this.</summary>
/// <remarks>Every method throws <see cref="BucketUnavailableException"/> in an outage, and <see cref="BrokenEngineException"/> when the bucket refuses us.</remarks>
public sealed class S3WorkBucket : IWorkBucket
{
    private readonly S3Connection connection;
    private readonly S3Listing listing;
    private readonly S3Download download;
    private readonly S3Sending sending;

    /// <param name="connection">Stays the caller's.</param>
    public S3WorkBucket(S3Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        this.connection = connection;
        listing = new S3Listing(connection);
        download = new S3Download(connection, anothers: false);
        sending = new S3Sending(connection);
    }

    public Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<ObjectWriter>(new S3ObjectWriter(sending, Locate(key)));
    }

    public async Task PutFileAsync(string key, string path, CancellationToken cancellation)
    {
        await sending.FileAsync(Locate(key), path, cancellation).ConfigureAwait(false);
        File.Delete(path);
    }

    public async Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation)
    {
        var located = Locate(key);
        while (true)
        {
            try
            {
                return await download.ToMemoryAsync(new GetObjectRequest { BucketName = connection.Bucket, Key = located }, most, cancellation).ConfigureAwait(false);
            }
            catch (AmazonS3Exception answer) when (S3Fault.IsMissing(answer))
            {
                return null;
            }
            catch (AmazonS3Exception answer) when ((int)answer.StatusCode == 412)
            {
                // Written anew while it was read.
            }
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellation)
    {
        var located = Locate(key);
        if (!connection.Options.Versioned)
        {
            await DeleteAsync(located, version: null, cancellation).ConfigureAwait(false);
            return;
        }
        // Deleting the key alone would keep every version of it.
        await foreach (var version in listing.VersionsAsync(located, cancellation).ConfigureAwait(false))
        {
            if (S3Listing.Decode(version.Key) == located)
                await DeleteAsync(located, version.VersionId, cancellation).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<BucketObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > 0)
            OwnKey.CheckFolder(prefix.EndsWith('/') ? prefix + "x" : throw new ArgumentException("A prefix ends with '/'.", nameof(prefix)));
        foreach (var folder in prefix.Length > 0 ? [prefix] : OwnKey.Folders)
        {
            await foreach (var item in listing.CurrentAsync(connection.Options.WorkPrefix + folder, cancellation).ConfigureAwait(false))
            {
                if (item.Key is { } key && !key.EndsWith('/'))
                    yield return new BucketObject(key[connection.Options.WorkPrefix.Length..], item.Size, item.Modified, item.ETag);
            }
        }
    }

    /// <summary>Drops the parts of objects of many parts: the bucket keeps them, and charges for them.</summary>
    public Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation) => sending.DeleteUnfinishedAsync(before, cancellation);

    private async Task DeleteAsync(string located, string? version, CancellationToken cancellation)
    {
        try
        {
            await connection.CallAsync(
                () => connection.Client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = connection.Bucket, Key = located, VersionId = version }, cancellation),
                cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception answer) when (S3Fault.IsMissing(answer))
        {
            // Some servers say so of what is deleted twice.
        }
    }

    private string Locate(string key)
    {
        OwnKey.CheckFolder(key);
        return connection.Options.WorkPrefix + key;
    }
}
