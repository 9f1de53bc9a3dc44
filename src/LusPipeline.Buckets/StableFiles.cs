namespace LusPipeline.Buckets;

/// <summary>
/// Tells files that are still being written from whole ones: a file is settled when its last write is a while ago, or when two
/// listings in a row found the same size and time. Not for S3, where an object appears whole.
/// </summary>
/// <param name="clock">Compared with the times of files, so the file system's clock should be near it.</param>
/// <param name="age">How long after its last write a file is settled at once.</param>
public sealed class StableFiles(TimeProvider clock, TimeSpan age)
{
    public static readonly TimeSpan DefaultAge = TimeSpan.FromSeconds(3);

    private Dictionary<string, string> _before = [];
    private Dictionary<string, string> _now = [];

    /// <summary>Files of the listing so far that are not settled: list again after a moment.</summary>
    public int Waiting { get; private set; }

    /// <summary>Call before each listing.</summary>
    public void BeginListing()
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        Waiting = 0;
    }

    /// <summary>Whether an object of the listing may be read now. One with a reason or skipped is settled as it is.</summary>
    public bool IsSettled(BucketObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Skipped || item.Reason is not null)
            return true;
        if (clock.GetUtcNow().UtcDateTime - item.Modified >= age || (_before.TryGetValue(item.Key, out var tag) && tag == item.Tag))
            return true;
        _now[item.Key] = item.Tag;
        Waiting++;
        return false;
    }
}
