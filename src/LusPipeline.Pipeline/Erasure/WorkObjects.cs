using LusPipeline.Buckets;

namespace LusPipeline.Pipeline.Erasure;

/// <summary>Deletes all objects in a folder of the work bucket.</summary>
internal static class WorkObjects
{
    /// <summary>Deletes all objects in a folder.</summary>
    /// <param name="work">The bucket that holds the folder.</param>
    /// <param name="folder">Ends with '/'.</param>
    /// <param name="cancellation">Stops between two objects.</param>
    /// <returns>The number of bytes that were deleted.</returns>
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
