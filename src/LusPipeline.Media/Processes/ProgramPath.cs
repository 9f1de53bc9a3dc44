using System.Collections.Concurrent;

namespace LusPipeline.Media.Processes;

/// <summary>
/// Finds the programs that this program starts. .NET searches the current folder before PATH, and a folder of videos may contain a file called ffmpeg. So a
/// name is looked up once, only in the absolute folders of PATH, and the program is started by its path.
/// </summary>
public static class ProgramPath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly ConcurrentDictionary<string, string> Found = new(StringComparer.Ordinal);

    /// <summary>Whether a setting names a program safely: it is an absolute path, or a name without a slash.</summary>
    public static bool IsSafe(string program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return Path.IsPathFullyQualified(program) || !program.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>The absolute path of a program. A path that was found is kept and not looked up again.</summary>
    /// <param name="program">An absolute path, or a name that stands in a folder of PATH.</param>
    /// <returns>Null if there is no such program, or its path is relative.</returns>
    public static string? Find(string program)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        if (Found.TryGetValue(program, out var known))
            return known;
        var found = Find(program, Environment.GetEnvironmentVariable("PATH"));
        return found is null ? null : Found.GetOrAdd(program, found);
    }

    /// <param name="folders">A list of folders separated by colons, as in PATH.</param>
    internal static string? Find(string program, string? folders)
    {
        if (Path.IsPathFullyQualified(program))
            return IsProgram(program) ? program : null;
        if (!IsSafe(program))
            return null;
        return (folders ?? "").Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path) => File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;
}
