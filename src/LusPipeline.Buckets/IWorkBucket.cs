using System.Buffers;

namespace LusPipeline.Buckets;

/// <summary>Where our own objects lie (<c>clips/…</c>, <c>features/…</c>): a folder or S3. Keys are made of ids, segments divided by '/'.</summary>
/// <remarks>Every method throws <see cref="Core.Outcomes.BucketUnavailableException"/> when the bucket as a whole does not answer.</remarks>
public interface IWorkBucket
{
    /// <summary>Begins an object, which nobody sees until it is committed.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">There is no room, or the place cannot be written.</exception>
    Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation);

    /// <summary>Makes bytes an object, in place of one that is there, with its sidecar: in a folder the file <c>KEY.json</c>, in S3 the object's metadata <c>lus-sidecar</c>.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">All of the object. It does not change afterwards.</param>
    /// <param name="sidecar">What made the object: JSON on one line, ASCII, at most 2,000 characters, as S3 takes no more.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Core.Outcomes.BrokenEngineException">There is no room, or the place cannot be written.</exception>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, string sidecar, CancellationToken cancellation);

    /// <summary>Makes a whole local file an object, in place of one that is there. The file is gone afterwards.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">There is no room, or the place cannot be written.</exception>
    Task PutFileAsync(string key, string path, CancellationToken cancellation);

    /// <summary>An object's bytes: mapped where it is a file, else in pooled memory. To be disposed.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="most">Bytes of the largest object that is of use.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when there is none, or a larger one: that is none of ours.</returns>
    Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation);

    /// <summary>Deletes an object; one that is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);

    /// <summary>Drops what was begun and never committed, as a killed process leaves it: it takes room and nobody sees it.</summary>
    /// <param name="before">UTC: what was begun later may still be at work.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How many there were.</returns>
    Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation);

    /// <summary>The objects whose keys begin with a folder's name, in the order of their keys.</summary>
    /// <param name="prefix">Ends with '/', or is empty for all.</param>
    /// <param name="cancellation">Ends the listing.</param>
    IAsyncEnumerable<BucketObject> ListAsync(string prefix, CancellationToken cancellation);
}
