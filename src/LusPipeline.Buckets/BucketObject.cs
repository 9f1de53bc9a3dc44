using LusPipeline.Core.Identity;

namespace LusPipeline.Buckets;

/// <summary>One entry of a bucket's listing.</summary>
/// <param name="Key">The object's name in the bucket, segments divided by '/'.</param>
/// <param name="Size">Size in bytes, or <see cref="UnknownSize"/>.</param>
/// <param name="Modified">Time of the last write, UTC.</param>
/// <param name="Tag">
/// Identifies this content among all contents that the key has had or will have: size, time and inode (folder), or ETag and version (S3).
/// </param>
public sealed record BucketObject(string Key, long Size, DateTime Modified, string Tag)
{
    /// <summary>The size of an archive's objects, which only reading them tells.</summary>
    public const long UnknownSize = 0;

    /// <summary>What an archive's object belongs to, as hashes; null if only its content can tell.</summary>
    public LoopIdentity? Loop { get; init; }

    /// <summary>Whether the object is ignored because it is hidden, is no regular file, or is the home folder. It is only counted.</summary>
    public bool Skipped { get; init; }

    /// <summary>Whether the object lies below a prefix for urgent videos.</summary>
    public bool Urgent { get; init; }

    /// <summary>Why the object cannot be opened, one of <see cref="Core.Outcomes.ReasonCode"/>; null if it can.</summary>
    public string? Reason { get; init; }

    /// <summary>Explains <see cref="Reason"/> on the user's terminal. It does not contain the object's name.</summary>
    public string? Detail { get; init; }
}
