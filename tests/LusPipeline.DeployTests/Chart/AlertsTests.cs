using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace LusPipeline.DeployTests.Chart;

/// <summary>The alerts say what they should, to Prometheus' own tool.</summary>
public sealed class AlertsTests
{
    private static readonly Tool Promtool = new("promtool", "install Debian's package prometheus.");

    [Fact]
    public async Task The_rules_are_Prometheus_rules()
    {
        using var folder = new TemporaryFolder();
        await WriteRulesAsync(folder);

        var said = await Promtool.RunAsync(["check", "rules", folder["rules.yaml"]]);

        said.Succeeded();
        Assert.Contains("rules found", said.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_alert_fires_when_it_should_and_not_before()
    {
        using var folder = new TemporaryFolder();
        var rules = await WriteRulesAsync(folder);
        var cases = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Chart", "alerts.test.yaml"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder["alerts.test.yaml"], cases, TestContext.Current.CancellationToken);

        (await Promtool.RunAsync(["test", "rules", folder["alerts.test.yaml"]])).Succeeded();

        Assert.All(Alerts(rules), alert => Assert.Contains($"alertname: {alert}\n", cases, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_alert_has_a_section_in_the_runbook()
    {
        using var folder = new TemporaryFolder();
        var runbook = await File.ReadAllTextAsync(Repository.PathOf("docs", "operating", "runbook.md"), TestContext.Current.CancellationToken);

        Assert.All(Alerts(await WriteRulesAsync(folder)), alert => Assert.Contains($"\n## {alert}\n", runbook, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Alerts(JsonNode spec) =>
        spec["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!["alert"]?.ToString()).OfType<string>().Distinct();

    private static async Task<JsonNode> WriteRulesAsync(TemporaryFolder folder)
    {
        var rule = (await Manifest.RenderAsync("monitoring.yaml")).Single(manifest => manifest.Kind == "PrometheusRule");
        var spec = (IDictionary<object, object>)new DeserializerBuilder().Build().Deserialize<IDictionary<object, object>>(rule.Text)["spec"];
        await File.WriteAllTextAsync(folder["rules.yaml"], new SerializerBuilder().Build().Serialize(spec), TestContext.Current.CancellationToken);
        return rule.Fields["spec"]!;
    }
}
