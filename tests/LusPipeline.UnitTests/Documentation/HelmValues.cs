using System.Text;

namespace LusPipeline.UnitTests.Documentation;

/// <summary>A value of the Helm chart: its key, <c>a.b.c</c>, its default as <c>values.yaml</c> writes it, and its comment.</summary>
internal sealed record HelmValue(string Key, string Default, string Meaning);

/// <summary>The values of the Helm chart, read from the comments of its <c>values.yaml</c> that begin with <c>--</c>.</summary>
internal static class HelmValues
{
    public static string Chart { get; } = Path.Combine(MarkdownPage.Root, "helm", "lus-pipeline");

    public static string Table()
    {
        var text = new StringBuilder("\n| value | default | meaning |\n|---|---|---|\n");
        foreach (var value in Read())
            text.Append(null, $"| `{value.Key}` | {(value.Default.Length > 0 ? $"`{value.Default}`" : "see `values.yaml`")} | {value.Meaning.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        return text.ToString();
    }

    /// <summary>All values that have a comment, in the order of the file.</summary>
    public static IReadOnlyList<HelmValue> Read()
    {
        var found = new List<HelmValue>();
        var above = new Stack<(int Indent, string Key)>();
        string? meaning = null;
        var long_ = false;
        foreach (var line in File.ReadLines(Path.Combine(Chart, "values.yaml")))
        {
            var content = line.TrimStart();
            if (content.StartsWith("# -- ", StringComparison.Ordinal))
                meaning = content["# -- ".Length..];
            else if (content == "# @default")
                long_ = true;
            else if (content.Length > 0 && content[0] is not ('#' or '-') && content.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                var indent = line.Length - content.Length;
                while (above.TryPeek(out var last) && last.Indent >= indent)
                    above.Pop();
                above.Push((indent, content[..colon]));
                if (meaning is not null)
                    found.Add(new(string.Join('.', above.Reverse().Select(part => part.Key)), long_ ? "" : content[(colon + 1)..].Trim(), meaning));
                (meaning, long_) = (null, false);
            }
        }
        return found;
    }
}
