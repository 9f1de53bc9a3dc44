using LusPipeline.Buckets;

namespace LusPipeline.Pipeline.Erasure;

/// <summary>Deletes objects of the work bucket by their folder.</summary>
internal static class WorkObjects
{
    /// <summary>Deletes all that is in a folder.</summary>
    /// <param name="work">Where it is.</param>
    /// <param name="folder">Ends with '/'.</param>
    /// <param name="cancellation">Ends it between two objects.</param>
    /// <returns>Bytes that it held.</returns>
    public static async Task<long> DeleteAsync(IWorkBucket work, string folder, CancellationToken cancellation)
    {
        var bytes = 0L;
        var objects = await work.ListAsync(folder, cancellation).ToListAsync(cancellation).ConfigureAwait(false);
        foreach (var item in objects)
        {
            await work.DeleteAsync(item.Key, cancellation).ConfigureAwait(false);
            bytes += item.Size;
        }
        return bytes;
    }
}
