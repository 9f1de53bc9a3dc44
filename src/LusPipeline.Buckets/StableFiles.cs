namespace LusPipeline.Buckets;

/// <summary>
/// Tells complete files from files that are still being written. A file is complete if its last write is old enough, or if two listings in
/// a row found the same size and time. S3 does not need this, because an object becomes visible as a whole.
/// </summary>
/// <param name="clock">The clock that file times are compared with. The file system's clock should be close to it.</param>
/// <param name="age">Age of the last write from which a file counts as complete at once.</param>
public sealed class StableFiles(TimeProvider clock, TimeSpan age)
{
    public static readonly TimeSpan DefaultAge = TimeSpan.FromSeconds(3);

    private Dictionary<string, string> _before = [];
    private Dictionary<string, string> _now = [];

    /// <summary>The number of files of this listing that are not complete yet. List again later.</summary>
    public int Waiting { get; private set; }

    /// <summary>Call before each listing.</summary>
    public void BeginListing()
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        Waiting = 0;
    }

    /// <summary>Whether an object of the listing may be read now. Objects that are skipped or have a reason need no check.</summary>
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
