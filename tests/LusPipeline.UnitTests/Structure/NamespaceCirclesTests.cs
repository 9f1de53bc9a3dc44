using System.Text.RegularExpressions;
using LusPipeline.UnitTests.Documentation;

namespace LusPipeline.UnitTests.Structure;

/// <summary>The namespaces of a project do not need each other in circles, so that each can be read and changed without the others.</summary>
public sealed partial class NamespaceCirclesTests
{
    [Fact]
    public void Sibling_namespaces_do_not_need_each_other_in_circles()
    {
        var source = Path.Combine(MarkdownPage.Root, "src");
        var circles = Directory.EnumerateDirectories(source).Order(StringComparer.Ordinal)
            .SelectMany(project => Circles(Uses(project)).Select(circle => $"{Path.GetFileName(project)}: {string.Join(", ", circle)}")).ToList();

        Assert.Empty(circles);
    }

    [Fact]
    public void A_circle_is_found_whatever_its_length()
    {
        (string, string)[] uses = [("A", "B"), ("B", "C"), ("C", "A"), ("C", "D"), ("D", "E"), ("F", "G"), ("G", "F"), ("A", "F")];

        Assert.Equal(["A, B, C", "F, G"], Circles(uses).Select(circle => string.Join(", ", circle)));
    }

    /// <summary>Which folder's namespace has a using of which other one.</summary>
    private static IEnumerable<(string From, string To)> Uses(string project)
    {
        var root = Path.GetFileName(project);
        foreach (var file in Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
        {
            var folders = Path.GetRelativePath(project, file).Split(Path.DirectorySeparatorChar);
            if (folders.Length == 1 || folders[0] is "bin" or "obj")
                continue;
            foreach (Match use in Using().Matches(File.ReadAllText(file)))
            {
                if (use.Groups["project"].Value == root && use.Groups["sibling"].Value is { Length: > 0 } sibling && sibling != folders[0])
                    yield return (folders[0], sibling);
            }
        }
    }

    /// <summary>Sets of namespaces of which each reaches all others, by name.</summary>
    private static IEnumerable<string[]> Circles(IEnumerable<(string From, string To)> uses)
    {
        var next = uses.ToLookup(use => use.From, use => use.To);
        var reached = next.Select(from => from.Key).ToDictionary(name => name, name => Reach(name, next));
        return reached.Keys
            .Where(name => reached[name].Contains(name))
            .Select(name => reached[name].Where(other => reached.TryGetValue(other, out var back) && back.Contains(name)).Order(StringComparer.Ordinal).ToArray())
            .DistinctBy(circle => string.Join(',', circle))
            .OrderBy(circle => circle[0], StringComparer.Ordinal);
    }

    private static HashSet<string> Reach(string start, ILookup<string, string> next)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(next[start]);
        while (open.TryPop(out var name))
        {
            if (!reached.Add(name))
                continue;
            foreach (var further in next[name])
                open.Push(further);
        }
        return reached;
    }

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?(?<project>LusPipeline\.\w+)(?:\.(?<sibling>\w+))?[\w.]*;", RegexOptions.Multiline)]
    private static partial Regex Using();
}
