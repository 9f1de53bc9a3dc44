namespace LusPipeline.UnitTests.Documentation;

/// <summary>The page of the Helm chart's values says what its <c>values.yaml</c> says.</summary>
public sealed class HelmValuesPageTests
{
    private const string Marker = "<!-- From here on this page is made from helm/lus-pipeline/values.yaml: see CONTRIBUTING.md. -->\n";
    private static readonly string Page = Path.Combine(MarkdownPage.Root, "docs", "operating", "helm-values.md");

    [Fact]
    public void The_table_is_that_of_the_chart()
    {
        var parts = File.ReadAllText(Page).Split(Marker);
        Assert.Equal(2, parts.Length);
        var table = HelmValues.Table();
        if (Environment.GetEnvironmentVariable("LUS_RENEW") == "1")
        {
            File.WriteAllText(Page, parts[0] + Marker + table);
            return;
        }

        Assert.True(
            parts[1] == table,
            $"docs/operating/helm-values.md is behind. Renew it: LUS_RENEW=1 dotnet exec {typeof(HelmValuesPageTests).Assembly.GetName().Name}.dll -class {typeof(HelmValuesPageTests).FullName}");
    }

    [Fact]
    public void The_chart_has_the_version_of_the_program()
    {
        var chart = File.ReadAllLines(Path.Combine(HelmValues.Chart, "Chart.yaml"));
        var program = File.ReadAllText(Path.Combine(MarkdownPage.Root, "Directory.Build.props")).Split("<Version>")[1].Split('<')[0];

        Assert.Contains($"appVersion: {program}", chart);
    }
}
