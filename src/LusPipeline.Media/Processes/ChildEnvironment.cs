namespace LusPipeline.Media.Processes;

/// <summary>
/// Limits the environment variables that a child process inherits. This process's other variables include passwords of the database, the broker and the
/// bucket.
/// </summary>
internal static class ChildEnvironment
{
    /// <summary>Variables that are kept: where programs and libraries are, how text is written, and where temporary files go.</summary>
    private static readonly string[] Kept = ["PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"];

    /// <summary>All variables of a child.</summary>
    /// <param name="own">Variables that the child needs in addition to those that are kept, or instead of them.</param>
    public static IReadOnlyDictionary<string, string> For(IReadOnlyDictionary<string, string> own)
    {
        var variables = new Dictionary<string, string>(own, StringComparer.Ordinal);
        foreach (var name in Kept)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                variables.TryAdd(name, value);
        }
        return variables;
    }
}
