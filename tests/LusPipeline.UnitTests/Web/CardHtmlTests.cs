using LusPipeline.Web.Shown;
using Markdig;

namespace LusPipeline.UnitTests.Web;

/// <summary>A model card comes with the bundle, from wherever that comes.</summary>
public sealed class CardHtmlTests
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[click](javascript:alert(1))")]
    [InlineData("[click](JaVaScRiPt:alert(1))")]
    [InlineData("[click](data:text/html,<script>alert(1)</script>)")]
    [InlineData("[file](file:///etc/passwd)")]
    [InlineData("[other](README.md)")]
    [InlineData("![picture](https://example.org/tracker.png)")]
    [InlineData("![picture][1]\n\n[1]: https://example.org/tracker.png")]
    [InlineData("<javascript:alert(1)>")]
    public void Nothing_in_it_runs_loads_or_leads_elsewhere(string card)
    {
        var html = CardHtml.From(card, Pipeline);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Text_tables_and_links_of_the_web_stay()
    {
        var html = CardHtml.From("# Card\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[paper](https://example.org/paper)", Pipeline);

        Assert.Contains("<h3>Card</h3>", html, StringComparison.Ordinal);
        Assert.Contains("<table tabindex=\"0\">", html, StringComparison.Ordinal);
        Assert.Contains("<td>1</td>", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://example.org/paper\">paper</a>", html, StringComparison.Ordinal);
    }
}
