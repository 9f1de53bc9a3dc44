using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// The work bucket in S3: the pipeline's own objects below <see cref="S3Options.WorkPrefix"/>. Other objects may lie beside them, but this
/// class cannot touch those.
/// </summary>
/// <remarks>
/// Every method throws <see cref="BucketUnavailableException"/> in an outage, and <see cref="BrokenEngineException"/> if the bucket refuses
/// the request.
/// </remarks>
public sealed class S3WorkBucket : IWorkBucket
{
    private readonly S3Connection _connection;
    private readonly S3Listing _listing;
    private readonly S3Download _download;
    private readonly S3Sending _sending;
    private readonly S3Deleting _deleting;

    /// <param name="connection">The connection to the bucket. This class does not dispose it.</param>
    public S3WorkBucket(S3Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        _listing = new S3Listing(connection);
        _download = new S3Download(connection, anothers: false);
        _sending = new S3Sending(connection);
        _deleting = new S3Deleting(connection);
    }

    public Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<ObjectWriter>(new S3ObjectWriter(_sending, Locate(key)));
    }

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, string sidecar, CancellationToken cancellation)
    {
        using var stream = MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
        await _sending.PutAsync(Locate(key), stream, cancellation, sidecar).ConfigureAwait(false);
    }

    public async Task PutFileAsync(string key, string path, CancellationToken cancellation)
    {
        await _sending.FileAsync(Locate(key), path, cancellation).ConfigureAwait(false);
        File.Delete(path);
    }

    public async Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation)
    {
        var located = Locate(key);
        while (true)
        {
            try
            {
                return await _download.ToMemoryAsync(new GetObjectRequest { BucketName = _connection.Bucket, Key = located }, most, cancellation).ConfigureAwait(false);
            }
            catch (AmazonS3Exception answer) when (S3Fault.IsMissing(answer))
            {
                return null;
            }
            catch (AmazonS3Exception answer) when ((int)answer.StatusCode == 412)
            {
                // The object was written again while it was read.
            }
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellation)
    {
        var located = Locate(key);
        if (!_connection.Options.Versioned)
        {
            await _deleting.DeleteAsync(located, cancellation).ConfigureAwait(false);
            return;
        }
        // Deleting only the key would keep all its versions.
        await foreach (var version in _listing.VersionsAsync(located, cancellation).ConfigureAwait(false))
        {
            if (S3Listing.Decode(version.Key) == located)
                await _deleting.DeleteAsync(located, version.VersionId, cancellation).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<BucketObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > 0)
            OwnKey.CheckFolder(prefix.EndsWith('/') ? prefix + "x" : throw new ArgumentException("A prefix ends with '/'.", nameof(prefix)));
        foreach (var folder in prefix.Length > 0 ? [prefix] : OwnKey.Folders)
        {
            await foreach (var item in _listing.CurrentAsync(_connection.Options.WorkPrefix + folder, cancellation).ConfigureAwait(false))
            {
                if (item.Key is { } key && !key.EndsWith('/'))
                    yield return new BucketObject(key[_connection.Options.WorkPrefix.Length..], item.Size, item.Modified, item.ETag);
            }
        }
    }

    /// <summary>Deletes the parts of unfinished uploads. The bucket keeps and charges for them until then.</summary>
    public Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation) => _sending.DeleteUnfinishedAsync(before, cancellation);

    private string Locate(string key)
    {
        OwnKey.CheckFolder(key);
        return _connection.Options.WorkPrefix + key;
    }
}
