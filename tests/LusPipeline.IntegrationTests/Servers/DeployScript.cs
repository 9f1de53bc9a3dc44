using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>A script of <c>deploy/</c>, run as an operator would.</summary>
internal static class DeployScript
{
    /// <param name="script">Below <c>deploy/</c>.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <returns>What it printed. It succeeds.</returns>
    public static async Task<string> RunAsync(string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("bash", [Path.Combine(Folder(), script), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var said = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, $"{await errors}{said}");
        return said;
    }

    private static string Folder([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "deploy"));
}
