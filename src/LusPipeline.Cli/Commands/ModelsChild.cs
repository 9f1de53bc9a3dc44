using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Hosting.Children;

namespace LusPipeline.Cli.Commands;

/// <summary>Runs a <c>lus models</c> command in a child process (<see cref="LusChild"/>) and passes on what it says.</summary>
internal static class ModelsChild
{
    /// <returns>The exit code. Where the child did not end by itself, stderr says why.</returns>
    /// <inheritdoc cref="LusChild.RunAsync"/>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, string subject, string? writable, TimeSpan maxTime, ParseResult result, CancellationToken cancellation)
    {
        var end = await LusChild.RunAsync(arguments, subject, writable, maxTime, MediaSettings.Read(), cancellation);
        if (end.Fault is { } fault)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"lus: {fault}");
            return ExitCode.Error;
        }
        await result.InvocationConfiguration.Output.WriteAsync(end.Output);
        await result.InvocationConfiguration.Error.WriteAsync(end.Error);
        return end.Succeeded ? ExitCode.Done : ExitCode.Error;
    }
}
