using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus version</c></summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the versions of lus, the runtime and ONNX Runtime").WithExamples("lus version");
        command.SetAction(result =>
        {
            var output = result.InvocationConfiguration.Output;
            var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');
            output.WriteLine($"lus {version[0]}");
            output.WriteLine($"commit {(version.Length > 1 ? version[1] : "unknown")}");
            output.WriteLine($"runtime {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");
            output.WriteLine($"ONNX Runtime {OrtEnv.Instance().GetVersionString()}, providers {string.Join(", ", OrtEnv.Instance().GetAvailableProviders())}");
            output.WriteLine("Research use only: not a medical device.");
            return ExitCode.Done;
        });
        return command;
    }
}
