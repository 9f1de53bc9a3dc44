namespace LusPipeline.UnitTests.Documentation;

/// <summary>What the Markdown files of the repository refer to exists.</summary>
public sealed class LinksTests
{
    private static readonly HashSet<string> TestClasses = Directory
        .EnumerateFiles(Path.Combine(MarkdownPage.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet(StringComparer.Ordinal);

    public static TheoryData<string> Pages => [.. MarkdownPage.All()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_and_anchor_exists(string page)
    {
        var broken = MarkdownPage.Read(page).Links().Where(link => !link.Contains("://", StringComparison.Ordinal) && !Exists(page, link)).ToList();

        Assert.True(broken.Count == 0, $"{page} has links to what does not exist: {string.Join(", ", broken)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_test_class_that_is_named_exists(string page)
    {
        var missing = MarkdownPage.Read(page).CodeSpans()
            .Where(name => name.EndsWith("Tests", StringComparison.Ordinal) && name.All(char.IsAsciiLetterOrDigit) && !TestClasses.Contains(name)).ToList();

        Assert.True(missing.Count == 0, $"{page} names test classes that do not exist: {string.Join(", ", missing)}");
    }

    [Theory]
    [InlineData("docs/README.md", "using/results.md#reason-codes", true)]
    [InlineData("docs/README.md", "using/results.md#reasons-code", false)]
    [InlineData("docs/README.md", "using/result.md", false)]
    [InlineData("docs/README.md", "#using", true)]
    [InlineData("docs/README.md", "#use", false)]
    [InlineData("README.md", "docs/decisions", true)]
    public void A_link_is_looked_up_from_its_page_with_its_anchor(string page, string link, bool exists) => Assert.Equal(exists, Exists(page, link));

    private static bool Exists(string page, string link)
    {
        var (path, anchor) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
        var target = path.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, Uri.UnescapeDataString(path));
        if (!Path.Exists(Path.Combine(MarkdownPage.Root, target)))
            return false;
        return anchor is null || MarkdownPage.Read(target).Anchors().Contains(anchor);
    }
}
