namespace LusPipeline.DeployTests.Tools;

/// <summary>The program, as the image runs it.</summary>
internal static class Lus
{
    public static Task<Said> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Tool.StartAsync("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "lus.dll"), .. arguments], environment);
}
