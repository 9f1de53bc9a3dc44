namespace LusPipeline.UnitTests.Documentation;

/// <summary>What the Markdown files of the repository refer to exists.</summary>
public sealed class LinksTests
{
    /// <summary>Files of classes of tests, by the class's name.</summary>
    private static readonly ILookup<string, string> TestClasses = Directory
        .EnumerateFiles(Path.Combine(MarkdownPage.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal);

    public static TheoryData<string> Pages => [.. MarkdownPage.All()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_and_anchor_exists(string page)
    {
        var broken = MarkdownPage.Read(page).Links().Where(link => !link.Contains("://", StringComparison.Ordinal) && !Exists(page, link)).ToList();

        Assert.True(broken.Count == 0, $"{page} has links to what does not exist: {string.Join(", ", broken)}");
    }

    [Fact]
    public void Every_page_of_the_documentation_is_in_an_index()
    {
        string[] indexes = ["docs/README.md", "docs/decisions/README.md"];
        var linked = indexes.SelectMany(index => MarkdownPage.Read(index).Links().Select(link => Target(index, link.Split('#')[0]))).ToHashSet(StringComparer.Ordinal);

        var missing = MarkdownPage.All().Where(page => page.StartsWith("docs/", StringComparison.Ordinal)).Except(linked).Except(indexes).ToList();

        Assert.True(missing.Count == 0, $"No index links to {string.Join(", ", missing)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_test_class_that_is_named_exists(string page)
    {
        var missing = MarkdownPage.Read(page).CodeSpans()
            .Where(name => IsTestClass(name) && !TestClasses.Contains(name)).ToList();

        Assert.True(missing.Count == 0, $"{page} names test classes that do not exist: {string.Join(", ", missing)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_test_that_is_named_exists(string page)
    {
        var missing = MarkdownPage.Read(page).CodeSpans().Select(name => name.Split('.'))
            .Where(parts => parts is [var type, var test] && IsTestClass(type) && !Tests(type).Contains($" {test}(", StringComparison.Ordinal))
            .Select(parts => string.Join('.', parts)).ToList();

        Assert.True(missing.Count == 0, $"{page} names tests that do not exist: {string.Join(", ", missing)}");
    }

    [Theory]
    [InlineData("docs/README.md", "using/results.md#reason-codes", true)]
    [InlineData("docs/README.md", "using/results.md#reasons-code", false)]
    [InlineData("docs/README.md", "using/result.md", false)]
    [InlineData("docs/README.md", "#using", true)]
    [InlineData("docs/README.md", "#use", false)]
    [InlineData("README.md", "docs/decisions", true)]
    public void A_link_is_looked_up_from_its_page_with_its_anchor(string page, string link, bool exists) => Assert.Equal(exists, Exists(page, link));

    private static bool IsTestClass(string name) => name.EndsWith("Tests", StringComparison.Ordinal) && name.All(char.IsAsciiLetterOrDigit);

    /// <summary>The source of the classes of that name; nothing if there is none.</summary>
    private static string Tests(string type) => string.Concat(TestClasses[type].Select(File.ReadAllText));

    private static bool Exists(string page, string link)
    {
        var (path, anchor) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
        var target = path.Length == 0 ? page : Target(page, path);
        if (!Path.Exists(Path.Combine(MarkdownPage.Root, target)))
            return false;
        return anchor is null || MarkdownPage.Read(target).Anchors().Contains(anchor);
    }

    /// <summary>The path below the root of what a page calls <paramref name="path"/>.</summary>
    private static string Target(string page, string path) => Path.GetRelativePath(
        MarkdownPage.Root, Path.Combine(MarkdownPage.Root, Path.GetDirectoryName(page)!, Uri.UnescapeDataString(path)));
}
