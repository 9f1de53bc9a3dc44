using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>Calls <c>tests/servers.sh</c>.</summary>
internal static class ServersScript
{
    private static readonly string Script = Find();

    /// <param name="arguments">As the script's head tells them.</param>
    /// <returns>The exit status and all that was said.</returns>
    public static async Task<(int ExitCode, string Output)> TryRunAsync(params string[] arguments)
    {
        var output = Path.GetTempFileName();
        try
        {
            // Servers are left running: a pipe of ours would have to wait for them.
            var start = new ProcessStartInfo("bash", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", output, "bash", Script, .. arguments]);
            start.Environment["LUS_TEST_OWNER"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            return (process.ExitCode, await File.ReadAllTextAsync(output));
        }
        finally
        {
            File.Delete(output);
        }
    }

    public static async Task RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await TryRunAsync(arguments);
        if (exitCode != 0)
            throw new InvalidOperationException($"servers.sh {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
    }

    private static string Find([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "servers.sh"));
}
