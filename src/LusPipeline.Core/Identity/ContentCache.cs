namespace LusPipeline.Core.Identity;

/// <summary>Remembers the sha256 of files, so that each file is read once. The ledger stores the entries in a table.</summary>
/// <param name="Find">Returns the sha256 in lower-case hex of a file with exactly this stamp, or null.</param>
/// <param name="Keep">Stores the sha256 of a file, and replaces an earlier entry of its path.</param>
public sealed record ContentCache(
    Func<FileStamp, CancellationToken, ValueTask<string?>> Find,
    Func<FileStamp, string, CancellationToken, ValueTask> Keep)
{
    /// <summary>Makes a cache that lasts as long as the process runs.</summary>
    public static ContentCache InMemory()
    {
        var known = new System.Collections.Concurrent.ConcurrentDictionary<string, (FileStamp Stamp, string Sha256)>();
        return new(
            (stamp, _) => ValueTask.FromResult(known.TryGetValue(stamp.PathHash, out var entry) && entry.Stamp == stamp ? entry.Sha256 : null),
            (stamp, sha256, _) =>
            {
                known[stamp.PathHash] = (stamp, sha256);
                return ValueTask.CompletedTask;
            });
    }
}
