using System.Runtime.CompilerServices;

namespace LusPipeline.Tests;

/// <summary>The data folder of <c>LUS_SHARED</c>, or the one beside the repository.</summary>
internal static class SharedData
{
    public static string? Folder { get; } = Find();

    /// <summary>The path of a file or folder in it; the test is skipped where it is missing.</summary>
    public static string Require(params string[] path)
    {
        Assert.SkipWhen(Folder is null, "There is no shared data: set LUS_SHARED to its folder.");
        var full = Path.Combine([Folder!, .. path]);
        Assert.SkipUnless(Path.Exists(full), $"The shared data has no {string.Join('/', path)}.");
        return full;
    }

    private static string? Find([CallerFilePath] string source = "")
    {
        var repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", ".."));
        var folder = Environment.GetEnvironmentVariable("LUS_SHARED") ?? Path.Combine(repository, "..", "shared");
        return Directory.Exists(folder) ? folder : null;
    }
}
