using System.Runtime.CompilerServices;

namespace LusPipeline.Benchmarks;

/// <summary>Places in this checkout.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The program that the launcher built last.</summary>
    public static string BuiltLus { get; } = Directory.Exists(Path.Combine(Root, ".build"))
        ? new DirectoryInfo(Path.Combine(Root, ".build")).EnumerateFiles("lus", SearchOption.AllDirectories)
            .Where(file => !file.FullName.Contains("artifacts", StringComparison.Ordinal))
            .OrderByDescending(file => file.LastWriteTimeUtc).FirstOrDefault()?.FullName ?? Path.Combine(Root, ".build", "lus")
        : Path.Combine(Root, ".build", "lus");

    private static string Find([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", ".."));
}
