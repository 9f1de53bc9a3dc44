using System.Runtime.CompilerServices;

namespace LusPipeline.DeployTests.Tools;

internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] path) => Path.Combine([Root, .. path]);

    private static string Find([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));
}
