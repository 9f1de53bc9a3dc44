using System.CommandLine;
using System.Globalization;
using LusPipeline.Models.Bundles;
using Spectre.Console;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models list</c></summary>
internal static class ModelsListCommand
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo?>("folder")
        {
            Description = "The folder whose bundles are listed; the program's own models by default",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("list", "List the bundles of a folder") { folder }.WithExamples("lus models list", "lus models list ~/my-models");
        command.SetStoppableAction((result, _) => Task.FromResult(List(result.GetValue(folder)?.FullName ?? BundleCatalog.Root(), result)));
        return command;
    }

    private static int List(string? root, ParseResult result)
    {
        var folders = root is null ? [] : BundleCatalog.Folders(root).ToArray();
        if (folders.Length == 0)
            throw new BundleException($"There are no model bundles in '{root ?? "models"}'. Give another folder, or import a model: lus models import --help.");
        var table = new Table().Border(TableBorder.Simple).AddColumns("folder", "name", "version", "id", "variants", "frames", "head");
        var broken = new List<string>();
        foreach (var folder in folders)
        {
            try
            {
                var bundle = Bundle.Load(folder);
                table.AddRow([.. new[]
                {
                    Path.GetFileName(folder), bundle.Name, bundle.Version, bundle.Id[..12], string.Join(' ', bundle.Variants),
                    string.Create(CultureInfo.InvariantCulture, $"{bundle.Frames}×{bundle.Height}×{bundle.Width}"), bundle.HasHead ? string.Join(", ", bundle.Manifest.Heads.Keys.Prepend("yes")) : "no",
                }.Select(Markup.Escape)]);
            }
            catch (BundleException exception)
            {
                broken.Add(exception.Message);
            }
        }
        if (table.Rows.Count > 0)
            ModelsOutput.Console(result).Write(table);
        foreach (var message in broken)
            result.InvocationConfiguration.Error.WriteLine($"lus: {message}");
        return broken.Count == 0 ? ExitCode.Done : ExitCode.Error;
    }
}
