namespace LusPipeline.Buckets;

/// <summary>One entry of a bucket's listing.</summary>
/// <param name="Key">The object's name in the bucket, segments divided by '/'.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When it was last written, UTC.</param>
/// <param name="Tag">Tells this content of the key from any other that was or will be there: a folder's size, time and inode, or an S3 ETag and version.</param>
public sealed record BucketObject(string Key, long Size, DateTime Modified, string Tag)
{
    /// <summary>Hidden, no regular file, or the home folder: counted and nothing more.</summary>
    public bool Skipped { get; init; }

    /// <summary>It lies where urgent work is put.</summary>
    public bool Urgent { get; init; }

    /// <summary>Why the object cannot be opened, one of <see cref="Core.Outcomes.ReasonCode"/>; null for one that may be.</summary>
    public string? Reason { get; init; }

    /// <summary>What <see cref="Reason"/> means here, for the user's terminal; without the object's name.</summary>
    public string? Detail { get; init; }
}
