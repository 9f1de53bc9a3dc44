using System.Xml.Linq;
using LusPipeline.UnitTests.Documentation;

namespace LusPipeline.UnitTests.Structure;

/// <summary>What the projects of the product know of each other.</summary>
public sealed class ProjectSeamsTests
{
    private static readonly string Source = Path.Combine(MarkdownPage.Root, "src");

    [Fact]
    public void Only_tests_and_benchmarks_see_the_internals_of_a_project()
    {
        var projects = Directory.EnumerateFiles(Source, "*.csproj", SearchOption.AllDirectories).ToList();
        var friends = projects.SelectMany(project => XDocument.Load(project).Descendants("InternalsVisibleTo")
            .Select(friend => $"{Path.GetFileNameWithoutExtension(project)} to {friend.Attribute("Include")!.Value}")).ToList();

        Assert.NotEmpty(friends);
        Assert.DoesNotContain(friends, friend => !friend.EndsWith("Tests", StringComparison.Ordinal) && !friend.EndsWith("Benchmarks", StringComparison.Ordinal));
    }

    /// <summary>SQL and EF Core stand in the ledger's project, so that the rules of the stages can be read without them.</summary>
    [Fact]
    public void The_pipeline_knows_nothing_of_EF_Core()
    {
        var folder = Path.Combine(Source, "LusPipeline.Pipeline");
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj")).ToList();

        Assert.True(files.Count > 20, $"{folder} holds only {files.Count} files.");
        Assert.DoesNotContain(files, file => File.ReadAllText(file).Contains("EntityFrameworkCore", StringComparison.Ordinal));
    }
}
