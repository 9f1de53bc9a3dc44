using System.CommandLine;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary>A command that makes a bundle, in a process of its own.</summary>
internal static class ModelsBundleChild
{
    /// <summary>Runs the command in a child process, and gives the new bundle its place when the child is done. Whatever becomes of the child, nothing else stays.</summary>
    /// <param name="arguments">The command line without <c>--out</c>.</param>
    /// <param name="folder">The new bundle's folder.</param>
    /// <param name="subject">The file or folder that the child reads.</param>
    /// <param name="maxTime">After it the child is ended.</param>
    public static Task<int> RunAsync(
        IEnumerable<string> arguments, string folder, string subject, TimeSpan maxTime, ParseResult result, CancellationToken cancellation)
    {
        var target = Path.TrimEndingDirectorySeparator(folder);
        BundleWriter.RequireFree(target);
        return RunAsync(
            arguments,
            target,
            made =>
            {
                if (Directory.Exists(target))
                    Directory.Delete(target);
                Directory.Move(made, target);
                return $"written to {target}";
            },
            subject,
            maxTime,
            result,
            cancellation);
    }

    /// <summary>The same for a bundle that has no folder of its own in the end.</summary>
    /// <param name="beside">The child works in a folder with this name and more.</param>
    /// <param name="place">Takes the new bundle's folder, on the same file system as <paramref name="beside"/>, and says what became of it.</param>
    /// <inheritdoc cref="RunAsync(IEnumerable{string}, string, string, TimeSpan, ParseResult, CancellationToken)"/>
    public static async Task<int> RunAsync(
        IEnumerable<string> arguments, string beside, Func<string, string> place, string subject, TimeSpan maxTime, ParseResult result, CancellationToken cancellation)
    {
        var scratch = Directory.CreateDirectory($"{beside}.{Guid.NewGuid():N}.tmp");
        try
        {
            var made = Path.Combine(scratch.FullName, "bundle");
            var exit = await ModelsChild.RunAsync([.. arguments, $"--out={made}", ModelsChild.HereOption], subject, maxTime, result, cancellation);
            if (exit == ExitCode.Done)
                await result.InvocationConfiguration.Output.WriteLineAsync(place(made));
            return exit;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
