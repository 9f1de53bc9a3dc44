using System.Diagnostics;
using System.Runtime.CompilerServices;
using LusPipeline.ModelTools.Keras;

namespace LusPipeline.UnitTests.Fuzzing;

/// <summary>Tests in a process with a bounded heap: a crash cannot be caught, and the limit on memory is a process'. As the product does, the work runs in a child.</summary>
internal static class OwnProcess
{
    /// <summary>Runs the calling test in a child.</summary>
    /// <returns>False in the child, where the test has to do its work.</returns>
    public static bool Runs<T>([CallerMemberName] string test = "")
    {
        // As for a small file: a damaged one is one that claims to be larger.
        var (variable, value) = ImportLimits.HeapVariable(typeof(T).Assembly.Location);
        if (Environment.GetEnvironmentVariable(variable) == value)
            return false;
        var host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
            start.ArgumentList.Add(typeof(T).Assembly.Location);
        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"*.{typeof(T).Name}.{test}");
        start.Environment[variable] = value;
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, output + errors.Result);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
        return true;
    }
}
