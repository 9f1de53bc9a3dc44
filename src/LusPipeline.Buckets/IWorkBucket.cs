using System.Buffers;

namespace LusPipeline.Buckets;

/// <summary>
/// Holds the pipeline's own objects (<c>clips/…</c>, <c>features/…</c>): a folder or S3. Keys are made of ids, and their segments are
/// divided by '/'.
/// </summary>
/// <remarks>Every method throws <see cref="Core.Outcomes.BucketUnavailableException"/> if the bucket as a whole does not answer.</remarks>
public interface IWorkBucket
{
    /// <summary>Begins an object. It is not visible until it is committed.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The disk is full, or the bucket cannot be written.</exception>
    Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Writes an object with its sidecar, and replaces an object that is there. The sidecar is the file <c>KEY.json</c> in a folder, and
    /// the object's metadata <c>lus-sidecar</c> in S3.
    /// </summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">The whole content of the object. The caller must not change it afterwards.</param>
    /// <param name="sidecar">Says what made the object: one line of JSON in ASCII, at most 2,000 characters, which is what S3 allows.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The disk is full, or the bucket cannot be written.</exception>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, string sidecar, CancellationToken cancellation);

    /// <summary>Turns a local file into an object, and replaces an object that is there. The local file is gone afterwards.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The disk is full, or the bucket cannot be written.</exception>
    Task PutFileAsync(string key, string path, CancellationToken cancellation);

    /// <summary>Reads an object: a file is mapped into memory, any other object is read into pooled memory. Dispose the result.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="most">The size in bytes of the largest object that is expected.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null if there is no object, or if it is larger than expected, so that the pipeline cannot have written it.</returns>
    Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation);

    /// <summary>Deletes an object. If it does not exist, this is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);

    /// <summary>Deletes what was begun and never committed, as a killed process leaves it. It is invisible, but takes space.</summary>
    /// <param name="before">Only what was begun before this time (UTC) is deleted, because later objects may still be written.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The number of unfinished objects that were deleted.</returns>
    Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation);

    /// <summary>Lists the objects whose keys begin with a prefix, in the order of their keys.</summary>
    /// <param name="prefix">Ends with '/', or is empty for all.</param>
    /// <param name="cancellation">Ends the listing.</param>
    IAsyncEnumerable<BucketObject> ListAsync(string prefix, CancellationToken cancellation);
}
