using System.CommandLine;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary>An import in a process of its own.</summary>
internal static class ModelsImportChild
{
    /// <summary>Runs the import in a child process, and gives the bundle its place when the child is done. Whatever becomes of the child, nothing else stays.</summary>
    /// <param name="arguments">The command line without <c>--out</c>.</param>
    /// <param name="folder">The new bundle's folder.</param>
    /// <param name="subject">The file that the child reads.</param>
    public static async Task<int> RunAsync(
        IEnumerable<string> arguments, string folder, string subject, ParseResult result, CancellationToken cancellation)
    {
        var target = Path.TrimEndingDirectorySeparator(folder);
        BundleWriter.RequireFree(target);
        var scratch = Directory.CreateDirectory($"{target}.{Guid.NewGuid():N}.tmp");
        try
        {
            var bundle = Path.Combine(scratch.FullName, "bundle");
            var exit = await ModelsChild.RunAsync([.. arguments, $"--out={bundle}", ModelsChild.HereOption], subject, result, cancellation);
            if (exit != ExitCode.Done)
                return exit;
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(bundle, target);
            await result.InvocationConfiguration.Output.WriteLineAsync($"written to {target}");
            return exit;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
