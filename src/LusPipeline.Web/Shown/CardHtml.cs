using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace LusPipeline.Web.Shown;

/// <summary>Makes HTML of a model card. Its text comes with the bundle, so HTML in it is shown as text, and pictures and foreign links are left out.</summary>
internal static class CardHtml
{
    /// <summary>The card's headings stand below those of the page.</summary>
    private const int HeadingsDown = 2;

    public static string From(string markdown, MarkdownPipeline pipeline)
    {
        var document = Markdig.Markdown.Parse(markdown, pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>())
            heading.Level = Math.Min(6, heading.Level + HeadingsDown);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            if (link.IsImage || !IsWeb(link.Url))
                link.ReplaceBy(new LiteralInline(string.Concat(link.Descendants<LiteralInline>().Select(text => text.Content.ToString()))));
        }
        foreach (var link in document.Descendants<AutolinkInline>().Where(link => !IsWeb(link.Url)).ToList())
            link.ReplaceBy(new LiteralInline(link.Url));
        // A narrow window scrolls a table by itself, which the keyboard has to reach.
        foreach (var table in document.Descendants<Table>())
            table.GetAttributes().AddProperty("tabindex", "0");
        // A corner of a table that says nothing is no heading.
        return document.ToHtml(pipeline).Replace("<th></th>", "<td></td>", StringComparison.Ordinal);
    }

    private static bool IsWeb(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";
}
