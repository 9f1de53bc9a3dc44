using System.Runtime.InteropServices;
using LusPipeline.Hosting.Settings;
using LusPipeline.Media;
using LusPipeline.Media.Processes;
using LusPipeline.ModelTools.Keras;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Children;

/// <summary>
/// Runs a <c>lus</c> command in a child process with limits on time and memory. Files from outside can overflow the stack or crash native code, and no
/// exception handler can catch that. The child runs in the kernel's sandbox: it can read the files and folders that its command line names, and write the
/// folder that it is given.
/// </summary>
public static class LusChild
{
    /// <summary>The hidden option of commands that can run in a child process.</summary>
    public const string HereOption = "--in-this-process";

    /// <summary>The environment variable of the sandbox's mode.</summary>
    public static string SandboxVariable { get; } = SettingsSection.VariableOf($"{MediaOptions.Section}:{nameof(MediaOptions.Sandbox)}");

    private const string Program = "lus";
    private const int MaxTextCharacters = 4000;

    /// <summary>Variables that .NET may need to start: the folder of the runtime, and the flag for running without ICU.</summary>
    private static readonly string[] RuntimeVariables = ["DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"];

    /// <summary>What .NET and ONNX Runtime read of the system, beside programs and libraries.</summary>
    private static readonly string[] OfRuntime =
    [
        AppContext.BaseDirectory,
        // The folder of dotnet, three above that of its libraries.
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
        "/etc/dotnet", "/proc", "/sys",
    ];

    /// <param name="arguments">The whole command line after <c>lus</c>. Paths in it are absolute.</param>
    /// <param name="subject">The file or folder that the child reads; the error message names it.</param>
    /// <param name="writable">A folder for the child's files; null if it writes none.</param>
    /// <param name="maxTime">Longest run time; the child is ended after it.</param>
    /// <param name="media">The mode of the sandbox.</param>
    /// <param name="cancellation">Kills the child.</param>
    public static async Task<LusChildEnd> RunAsync(
        IReadOnlyList<string> arguments, string subject, string? writable, TimeSpan maxTime, MediaOptions media, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(media);
        var (output, error) = (new TextTail(MaxTextCharacters), new TextTail(MaxTextCharacters));
        var pipes = new ChildPipes(error.ReadAsync)
        {
            Output = async (stream, token) =>
            {
                using var reader = new StreamReader(stream);
                await output.ReadAsync(reader, token).ConfigureAwait(false);
                return true;
            },
        };
        var exit = await ChildProcess.RunAsync(Start(arguments, subject, writable, maxTime, media.Sandbox), pipes, cancellation).ConfigureAwait(false);
        return new(exit.Code is 0 or 1 ? null : Fault(subject, exit, maxTime), exit.Code == 0, output.ToString(), error.ToString());
    }

    private static string Fault(string subject, ChildExit exit, TimeSpan maxTime)
    {
        var end = exit.Exceeded switch
        {
            ChildLimit.Time => $"took more than {maxTime.TotalMinutes:0} minutes",
            ChildLimit.Memory => $"took more than {ImportLimits.MaxResidentBytes >> 30} GiB of memory",
            _ => $"crashed the reader (exit code {exit.Code})",
        };
        return $"reading '{subject}' {end}; the file is damaged or hostile, or larger than this version can read.";
    }

    private static ChildStart Start(IReadOnlyList<string> arguments, string subject, string? writable, TimeSpan maxTime, SandboxMode mode)
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("The program's own path is not known.");
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
            arguments = [Path.Combine(AppContext.BaseDirectory, Program + ".dll"), .. arguments];
        else if (Path.GetFileName(host) != Program)
            host = Path.Combine(AppContext.BaseDirectory, Program);
        var environment = new Dictionary<string, string>([ImportLimits.HeapVariable(subject)])
        {
            [SandboxVariable] = mode.ToString(),
            [ProcessGroup.ChildVariable] = "1",
            // Without it .NET makes a socket for debuggers.
            ["DOTNET_EnableDiagnostics"] = "0",
        };
        if (writable is not null)
            environment["TMPDIR"] = writable;
        foreach (var name in RuntimeVariables)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                environment[name] = value;
        }
        return new(host, arguments)
        {
            Environment = environment,
            MaxTime = maxTime,
            MaxResidentBytes = ImportLimits.MaxResidentBytes,
            Sandbox = new(KernelSandbox.For(mode))
            {
                Readable = [.. OfRuntime, .. arguments.Select(PathOf).Where(Path.IsPathFullyQualified).Select(path => BundleReference.Split(path).Folder)],
                Writable = writable is null ? [] : [writable],
                MaySignal = true,
            },
        };
    }

    /// <summary>An argument, or an option's value.</summary>
    private static string PathOf(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) ? argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..] : argument;
}

/// <summary>How a child ended.</summary>
/// <param name="Fault">Why the child did not end by itself; null if it did, and then <paramref name="Error"/> says what was wrong.</param>
/// <param name="Succeeded">Whether the command succeeded.</param>
/// <param name="Output">The end of its stdout.</param>
/// <param name="Error">The end of its stderr.</param>
public sealed record LusChildEnd(string? Fault, bool Succeeded, string Output, string Error);
