using System.CommandLine;
using LusPipeline.Hosting.Children;
using LusPipeline.ModelTools.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary>Runs a command that makes a bundle in a child process.</summary>
internal static class ModelsBundleChild
{
    /// <summary>
    /// Runs the command in a child process and moves the new bundle to its place when the child succeeds. If it fails, nothing is left behind.
    /// </summary>
    /// <param name="arguments">The command line without <c>--out</c>.</param>
    /// <param name="folder">The new bundle's final folder.</param>
    /// <param name="subject">The file or folder that the child reads.</param>
    /// <param name="maxTime">Longest run time; the child is ended after it.</param>
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

    /// <summary>Does the same for a bundle that does not keep a folder of its own.</summary>
    /// <param name="beside">The child works in a temporary folder beside this path, whose name starts with this path's.</param>
    /// <param name="place">
    /// Receives the new bundle's folder, on the same file system as <paramref name="beside"/>, and returns a message about the result.
    /// </param>
    /// <inheritdoc cref="RunAsync(IEnumerable{string}, string, string, TimeSpan, ParseResult, CancellationToken)"/>
    public static async Task<int> RunAsync(
        IEnumerable<string> arguments, string beside, Func<string, string> place, string subject, TimeSpan maxTime, ParseResult result, CancellationToken cancellation)
    {
        var scratch = Directory.CreateDirectory($"{beside}.{Guid.NewGuid():N}.tmp");
        try
        {
            var made = Path.Combine(scratch.FullName, "bundle");
            var exit = await ModelsChild.RunAsync([.. arguments, $"--out={made}", LusChild.HereOption], subject, scratch.FullName, maxTime, result, cancellation);
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
