using System.Globalization;

namespace LusPipeline.DeployTests.Tools;

/// <summary>Scripts that leave servers running.</summary>
internal static class Background
{
    /// <summary>Runs a script whose servers stay: a pipe of ours would have to wait for them.</summary>
    /// <returns>All that it said. It succeeds.</returns>
    public static async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var output = Path.GetTempFileName();
        try
        {
            var ended = await Tool.StartAsync("bash", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", output, .. command], environment);
            var said = await File.ReadAllTextAsync(output);
            return ended.ExitCode == 0 ? said : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {ended.ExitCode}:\n{said}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>Runs a script once this process is gone, however it went. Scripts that stop servers may run twice.</summary>
    public static Task AtTheEndAsync(params string[] command) => RunAsync(
        new Dictionary<string, string>(),
        ["bash", "-c", "(while [ -d /proc/$0 ]; do sleep 2; done; exec \"$@\") >/dev/null 2>&1 &", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. command]);
}
