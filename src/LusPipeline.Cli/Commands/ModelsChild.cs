using System.CommandLine;
using LusPipeline.Media.Processes;
using LusPipeline.ModelTools.Keras;

namespace LusPipeline.Cli.Commands;

/// <summary>
/// Runs a command of <c>lus</c> in a child process with limits on time and memory: files from outside can overflow the stack or
/// crash native code, which no handler catches.
/// </summary>
internal static class ModelsChild
{
    /// <summary>Hidden option of the commands that can run in a child.</summary>
    public const string HereOption = "--in-this-process";

    private const int MaxErrorCharacters = 4000;

    /// <param name="arguments">The whole command line after <c>lus</c>.</param>
    /// <param name="subject">The file or folder that the child reads, for the error's message.</param>
    /// <param name="maxTime">After it the child is ended.</param>
    /// <returns>The child's exit code when it ended by itself and said why; otherwise <see cref="ExitCode.Error"/>.</returns>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, string subject, TimeSpan maxTime, ParseResult result, CancellationToken cancellation)
    {
        var (output, error) = (new TextTail(MaxErrorCharacters), new TextTail(MaxErrorCharacters));
        var pipes = new ChildPipes(error.ReadAsync)
        {
            Output = async (stream, token) =>
            {
                using var reader = new StreamReader(stream);
                await output.ReadAsync(reader, token);
                return true;
            },
        };
        var exit = await ChildProcess.RunAsync(Start(arguments, subject, maxTime), pipes, cancellation);
        if (exit.Code is ExitCode.Done or ExitCode.Error)
        {
            await result.InvocationConfiguration.Output.WriteAsync(output.ToString());
            await result.InvocationConfiguration.Error.WriteAsync(error.ToString());
            return exit.Code.Value;
        }
        var end = exit.Exceeded switch
        {
            ChildLimit.Time => $"took more than {maxTime.TotalMinutes:0} minutes",
            ChildLimit.Memory => $"took more than {ImportLimits.MaxResidentBytes >> 30} GiB of memory",
            _ => $"crashed the reader (exit code {exit.Code})",
        };
        await result.InvocationConfiguration.Error.WriteLineAsync(
            $"lus: reading '{subject}' {end}; the file is damaged or hostile, or larger than this version can read.");
        return ExitCode.Error;
    }

    private static ChildStart Start(IEnumerable<string> arguments, string subject, TimeSpan maxTime)
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("The program's own path is not known.");
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
            arguments = arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "lus.dll"));
        var (variable, value) = ImportLimits.HeapVariable(subject);
        return new(host, [.. arguments])
        {
            Environment = new Dictionary<string, string?> { [variable] = value, ["DOTNET_DbgEnableMiniDump"] = "0" },
            MaxTime = maxTime,
            MaxResidentBytes = ImportLimits.MaxResidentBytes,
        };
    }
}
