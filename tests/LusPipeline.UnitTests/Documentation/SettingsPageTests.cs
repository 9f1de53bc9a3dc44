using System.Text.RegularExpressions;

namespace LusPipeline.UnitTests.Documentation;

/// <summary>The page of all settings says what the program does.</summary>
public sealed partial class SettingsPageTests
{
    private const string Marker = "<!-- From here on this page is made from the sources: see CONTRIBUTING.md. -->\n";
    private static readonly string Page = Path.Combine(MarkdownPage.Root, "docs", "operating", "settings.md");

    public static TheoryData<string> Pages => [.. MarkdownPage.All()];

    [Fact]
    public void The_tables_are_those_of_the_sources()
    {
        var parts = File.ReadAllText(Page).Split(Marker);
        Assert.Equal(2, parts.Length);
        var tables = SettingsPage.Tables();
        if (Environment.GetEnvironmentVariable("LUS_RENEW") == "1")
        {
            File.WriteAllText(Page, parts[0] + Marker + tables);
            return;
        }

        Assert.True(
            parts[1] == tables,
            $"docs/operating/settings.md is behind. Renew it: LUS_RENEW=1 dotnet exec {typeof(SettingsPageTests).Assembly.GetName().Name}.dll -class {typeof(SettingsPageTests).FullName}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_setting_that_a_page_names_exists(string page)
    {
        var sections = SettingsPage.Keys.Select(key => key.Split(':')[0]).ToHashSet(StringComparer.Ordinal);

        var unknown = MarkdownPage.Read(page).CodeSpans().Select(code => Key().Match(code)).Where(match => match.Success)
            .Where(match => sections.Contains(match.Groups["section"].Value) && !SettingsPage.Keys.Contains(match.Groups["key"].Value))
            .Select(match => match.Value).ToList();

        Assert.True(unknown.Count == 0, $"{page} names settings that do not exist: {string.Join(", ", unknown)}");
    }

    [GeneratedRegex("^(?<key>(?<section>[A-Z][A-Za-z]+):[A-Z][A-Za-z0-9]+)(:|=|$)")]
    private static partial Regex Key();
}
