namespace LusPipeline.Core.Studies;

/// <summary>The names of the study and the video that an object's key contains.</summary>
/// <param name="Study">The first segment of the key below the watched prefix. For a key of one segment, the whole key.</param>
/// <param name="Video">The remaining segments. For a key of one segment, the whole key.</param>
public readonly record struct ObjectName(string Study, string Video)
{
    /// <param name="key">An object's key below the watched prefix, segments divided by '/'.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static ObjectName FromKey(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new(key, key) : new(key[..slash], key[(slash + 1)..]);
    }
}
