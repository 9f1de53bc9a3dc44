namespace LusPipeline.Core.Studies;

/// <summary>How an object's key names its study and its video.</summary>
/// <param name="Study">The first path segment below the watched prefix; for an object at the top, its whole name.</param>
/// <param name="Video">The remaining segments; for an object at the top, its whole name.</param>
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
