namespace LusPipeline.Buckets.S3;

/// <summary>Where one content of a key is found again: an object's <see cref="BucketObject.Tag"/> in S3.</summary>
/// <param name="ETag">Without quotes.</param>
/// <param name="Version">The version's id; empty in a bucket that is not read by versions.</param>
/// <param name="Prefix">The watched prefix as it is in the key; the tag and the key below it make the object's key.</param>
internal readonly record struct S3Tag(string ETag, string Version, string Prefix)
{
    private const char Divider = '|';

    /// <summary>What tells this content from others of the same key.</summary>
    public string Content => Version.Length == 0 ? ETag : $"{ETag}:{Version}";

    /// <summary>For If-Match.</summary>
    public string Quoted => $"\"{ETag}\"";

    /// <exception cref="FormatException">It comes from no S3 bucket.</exception>
    public static S3Tag Parse(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.Split(Divider, 3) is [var etag, var version, var prefix]
            ? new(etag, version, prefix)
            : throw new FormatException("The tag is not one of an object in S3.");
    }

    public override string ToString() => $"{ETag}{Divider}{Version}{Divider}{Prefix}";
}
