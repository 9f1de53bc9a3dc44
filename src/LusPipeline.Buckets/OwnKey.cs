using LusPipeline.Core.Identity;

namespace LusPipeline.Buckets;

/// <summary>What a key of our own objects may look like, so that none leads out of the place that is ours.</summary>
internal static class OwnKey
{
    /// <summary>The first segments of keys, each with '/' at its end, in their order.</summary>
    public static IReadOnlyList<string> Folders { get; } = [WorkKeys.ClipsPrefix, WorkKeys.FeaturesPrefix, WorkKeys.ResultsPrefix];

    /// <exception cref="ArgumentException">A segment is empty, hidden, or holds what no file's name can.</exception>
    public static void Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        foreach (var segment in key.Split('/'))
        {
            if (segment.Length == 0 || segment[0] == '.' || segment.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"'{key}' is no key of ours.", nameof(key));
        }
    }

    /// <exception cref="ArgumentException">As <see cref="Check"/>, or it lies in none of <see cref="Folders"/>: where others' objects lie beside ours.</exception>
    public static void CheckFolder(string key)
    {
        Check(key);
        if (!Folders.Any(folder => key.StartsWith(folder, StringComparison.Ordinal)))
            throw new ArgumentException($"'{key}' is no key of ours: it begins with none of {string.Join(", ", Folders)}.", nameof(key));
    }
}
