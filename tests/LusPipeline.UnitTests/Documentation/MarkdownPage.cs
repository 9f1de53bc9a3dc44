using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace LusPipeline.UnitTests.Documentation;

/// <summary>One Markdown file of the repository, without its blocks of code.</summary>
internal sealed partial class MarkdownPage
{
    private static readonly string[] Folders = ["docs", "models", "deploy"];

    private readonly IReadOnlyList<string> _lines;

    private MarkdownPage(IReadOnlyList<string> lines) => _lines = lines;

    public static string Root { get; } = FindRoot();

    /// <summary>Paths of all pages, below <see cref="Root"/>.</summary>
    public static IEnumerable<string> All() => Directory.EnumerateFiles(Root, "*.md")
        .Concat(Folders.Where(folder => Directory.Exists(Path.Combine(Root, folder)))
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories)))
        .Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal);

    public static MarkdownPage Read(string path)
    {
        var lines = new List<string>();
        var inCode = false;
        foreach (var line in File.ReadLines(Path.Combine(Root, path)))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                inCode = !inCode;
            else if (!inCode)
                lines.Add(line);
        }
        return new(lines);
    }

    /// <summary>Targets of links, such as <c>../README.md#read-on</c> or <c>https://…</c>.</summary>
    public IEnumerable<string> Links() => _lines.SelectMany(line => Link().Matches(Code().Replace(line, ""))).Select(match => match.Groups[1].Value);

    /// <summary>What stands between single backticks.</summary>
    public IEnumerable<string> CodeSpans() => _lines.SelectMany(line => Code().Matches(line)).Select(match => match.Value.Trim('`'));

    /// <summary>The anchors of the headings, as GitHub makes them: a heading that comes again gets a number.</summary>
    public IReadOnlySet<string> Anchors()
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in _lines.Where(line => Heading().IsMatch(line)))
        {
            var text = LinkText().Replace(line.TrimStart('#').Trim(), "$1");
            var anchor = NotInAnchors().Replace(text.ToLowerInvariant(), "").Replace(' ', '-');
            var unique = anchor;
            for (var number = 1; !anchors.Add(unique); number++)
                unique = $"{anchor}-{number}";
        }
        return anchors;
    }

    private static string FindRoot([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));

    [GeneratedRegex(@"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Code();

    [GeneratedRegex("^#{1,6} ")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchors();
}
