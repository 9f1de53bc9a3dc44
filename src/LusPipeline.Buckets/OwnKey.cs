using LusPipeline.Core.Identity;

namespace LusPipeline.Buckets;

/// <summary>Checks the keys of the pipeline's own objects, so that no key leads out of the work bucket.</summary>
internal static class OwnKey
{
    /// <summary>The first segments of keys, each ending with '/', in the order of their names.</summary>
    public static IReadOnlyList<string> Folders { get; } = [WorkKeys.ClipsPrefix, WorkKeys.FeaturesPrefix, WorkKeys.ResultsPrefix];

    /// <exception cref="ArgumentException">A segment is empty, is hidden, or contains a character that a file name cannot have.</exception>
    public static void Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        foreach (var segment in key.Split('/'))
        {
            if (segment.Length == 0 || segment[0] == '.' || segment.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"'{key}' is not a key of the pipeline.", nameof(key));
        }
    }

    /// <exception cref="ArgumentException">
    /// The key fails <see cref="Check"/>, or begins with none of <see cref="Folders"/>. This protects other objects that lie in the same
    /// bucket.
    /// </exception>
    public static void CheckFolder(string key)
    {
        Check(key);
        if (!Folders.Any(folder => key.StartsWith(folder, StringComparison.Ordinal)))
            throw new ArgumentException($"'{key}' is not a key of the pipeline: it begins with none of {string.Join(", ", Folders)}.", nameof(key));
    }
}
