namespace LusPipeline.Buckets.S3;

/// <summary>The <see cref="BucketObject.Tag"/> of an object in S3. It says where one content of a key is found again.</summary>
/// <param name="ETag">The ETag without quotes.</param>
/// <param name="Version">The version's id; empty in a bucket that is not read by versions.</param>
/// <param name="Prefix">The watched prefix as it is in the object's key. The prefix and the key below it make the object's whole key.</param>
internal readonly record struct S3Tag(string ETag, string Version, string Prefix)
{
    private const char Divider = '|';

    /// <summary>Identifies this content among all contents of the same key.</summary>
    public string Content => Version.Length == 0 ? ETag : $"{ETag}:{Version}";

    /// <summary>The ETag in quotes, for the header If-Match.</summary>
    public string Quoted => $"\"{ETag}\"";

    /// <exception cref="FormatException">The tag is not one of an S3 bucket.</exception>
    public static S3Tag Parse(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.Split(Divider, 3) is [var etag, var version, var prefix]
            ? new(etag, version, prefix)
            : throw new FormatException("The tag is not one of an object in S3.");
    }

    public override string ToString() => $"{ETag}{Divider}{Version}{Divider}{Prefix}";
}
