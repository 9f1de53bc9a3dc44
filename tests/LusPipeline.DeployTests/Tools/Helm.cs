namespace LusPipeline.DeployTests.Tools;

/// <summary>helm with the repository's chart.</summary>
internal static class Helm
{
    public const string Release = "lus";

    private static readonly Tool Program = new("helm", "tests/run.sh deploy fetches it, or set LUS_DEPLOY_TOOLS to its folder.");

    public static string Chart { get; } = Repository.PathOf("helm", "lus-pipeline");

    /// <summary>The files with values that the chart is tried with, by name.</summary>
    public static IReadOnlyList<string> ValuesFiles { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Chart, "ci"), "*.yaml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public static string ValuesFile(string name) => Path.Combine(Chart, "ci", name);

    public static Task<Said> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) => Program.RunAsync(arguments, environment);

    /// <summary>Renders the chart in the namespace <c>lus</c>.</summary>
    /// <param name="values">Further values, as YAML, over those of the file.</param>
    public static async Task<Said> TemplateAsync(string valuesFile, string values = "", params string[] options)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["more.yaml"], values);
        return await RunAsync(["template", Release, Chart, "--namespace", "lus", "-f", ValuesFile(valuesFile), "-f", folder["more.yaml"], .. options]);
    }
}
