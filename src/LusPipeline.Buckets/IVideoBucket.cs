using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets;

/// <summary>Holds users' videos: a folder or S3. No method here changes or deletes a video.</summary>
/// <remarks>
/// Methods that read one object throw <see cref="RejectedException"/> with <see cref="ReasonCode.Vanished"/> (the object is gone, or its
/// key has other content now), <see cref="ReasonCode.Unreadable"/> or <see cref="ReasonCode.OutsideBucket"/>. They throw
/// <see cref="TransientException"/> for errors that may pass. Every method throws <see cref="BucketUnavailableException"/> if the bucket as a
/// whole does not answer.
/// </remarks>
public interface IVideoBucket
{
    /// <summary>The name of the bucket that ids are computed from. It is a setting, never a path.</summary>
    string Name { get; }

    /// <summary>
    /// Returns the name of the place that holds an object of the listing. Ids are computed from it, because several places of one bucket
    /// may hold the same keys.
    /// </summary>
    string NameOf(BucketObject item) => Name;

    /// <summary>
    /// Lists the objects of the watched places, in the order of their keys within each place. Objects that cannot be opened or are skipped
    /// are listed too, and marked as such.
    /// </summary>
    IAsyncEnumerable<BucketObject> ListAsync(CancellationToken cancellation);

    /// <summary>
    /// Lists the same objects as <see cref="ListAsync"/>, and those in places where nothing new is expected any more, such as the days
    /// before the watched ones. It takes as long as listing everything that ever arrived.
    /// </summary>
    IAsyncEnumerable<BucketObject> ListAllAsync(CancellationToken cancellation) => ListAsync(cancellation);

    /// <summary>Returns the content's id: sha256 in lower-case hex (folder), or ETag and version (S3).</summary>
    /// <exception cref="TransientException">The object changed since it was listed, or while it was read. List again.</exception>
    Task<string> ContentAsync(BucketObject item, CancellationToken cancellation);

    /// <summary>Reads a part of an object.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="tag">The tag of the wanted content, from a listing.</param>
    /// <param name="offset">Position of the first byte, from 0.</param>
    /// <param name="buffer">Is filled from its start.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The number of bytes read. It is smaller than the buffer only at the object's end.</returns>
    Task<int> ReadAsync(string key, string tag, long offset, Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Makes an object available as a local file with a name that the caller chooses, so that other programs can read it.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="tag">The tag of the wanted content, from a listing.</param>
    /// <param name="localPath">The file to create, in an existing folder.</param>
    /// <param name="cancellation">Ends a download.</param>
    Task<LocalVideo> FetchAsync(string key, string tag, string localPath, CancellationToken cancellation);

    /// <summary>Finds an object by its key and content, whatever its tag: a folder that was copied has files of other times and inodes.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">Its content, as <see cref="ContentAsync"/> gives it.</param>
    /// <returns>Null if there is none, and where a tag is lost with its content.</returns>
    Task<BucketObject?> FindCopyAsync(string key, string content, CancellationToken cancellation) => Task.FromResult<BucketObject?>(null);
}
