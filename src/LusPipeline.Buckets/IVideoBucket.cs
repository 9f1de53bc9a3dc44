using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets;

/// <summary>Where users' videos lie: a folder or S3. Nothing here can change or delete one.</summary>
/// <remarks>
/// Reading one object throws <see cref="RejectedException"/> with <see cref="ReasonCode.Vanished"/> (gone, or its key has other content now),
/// <see cref="ReasonCode.Unreadable"/> or <see cref="ReasonCode.OutsideBucket"/>, and <see cref="TransientException"/> for what may pass;
/// every method throws <see cref="BucketUnavailableException"/> when the bucket as a whole does not answer.
/// </remarks>
public interface IVideoBucket
{
    /// <summary>The bucket's name in ids: a setting, never a path.</summary>
    string Name { get; }

    /// <summary>The name in ids of the place that an object of the listing lies in: places of one bucket may hold the same keys.</summary>
    string NameOf(BucketObject item) => Name;

    /// <summary>The objects of the watched places, in the order of their keys within each; also what cannot be opened or is skipped, marked so.</summary>
    IAsyncEnumerable<BucketObject> ListAsync(CancellationToken cancellation);

    /// <summary>As <see cref="ListAsync"/>, and also where nothing new is expected any more (the days before the watched ones): costs a listing of all that ever came.</summary>
    IAsyncEnumerable<BucketObject> ListAllAsync(CancellationToken cancellation) => ListAsync(cancellation);

    /// <summary>The content's id: sha256 in lower-case hex (folder), or ETag and version (S3).</summary>
    /// <exception cref="TransientException">It changed since it was listed or while it was read: list again.</exception>
    Task<string> ContentAsync(BucketObject item, CancellationToken cancellation);

    /// <summary>Reads a part of an object.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="tag">The content that is meant, as listed.</param>
    /// <param name="offset">The first byte, from 0.</param>
    /// <param name="buffer">Filled from its start.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>Bytes read: fewer than the buffer holds only at the object's end.</returns>
    Task<int> ReadAsync(string key, string tag, long offset, Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Makes an object a local file that other programs can read by a name of our choice.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="tag">The content that is meant, as listed.</param>
    /// <param name="localPath">The file to make, in an existing folder of ours.</param>
    /// <param name="cancellation">Ends a download.</param>
    Task<LocalVideo> FetchAsync(string key, string tag, string localPath, CancellationToken cancellation);
}
