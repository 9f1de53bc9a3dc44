using System.Globalization;
using System.Net;
using System.Text;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Training.Reports;

/// <summary>
/// Builds a page in one HTML file. It needs no other file, no network and no script, and follows the reader's light or dark theme. Names come from outside,
/// so every text is encoded.
/// </summary>
public abstract class HtmlPage
{
    private readonly StringBuilder _html = new();

    /// <summary>Begins the page.</summary>
    /// <param name="title">The title, which is encoded here.</param>
    /// <param name="style">A style sheet beside that of all reports.</param>
    /// <param name="pictures">Whether the page holds pictures of pixels, as data in itself.</param>
    protected void Head(string title, string style = "", bool pictures = false) => Append($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'{(pictures ? "; img-src data:" : "")}"/>
        <title>{Text(title)}</title>
        <style>
        {ReportStyle.OfPage}
        {style}
        </style>
        </head>
        <body>

        """);

    /// <summary>Ends the page.</summary>
    protected string Finish()
    {
        Append($"</main>\n</body>\n</html>\n");
        return _html.ToString();
    }

    /// <summary>Begins a section with a table.</summary>
    protected void Begin(string title, params string[] columns)
    {
        Append($"<section>\n<h2>{Text(title)}</h2>\n");
        BeginTable(columns);
    }

    protected void BeginTable(params string[] columns)
    {
        Append($"<div class=\"scroll\"><table><thead><tr>");
        foreach (var column in columns)
            Append($"<th scope=\"col\">{Text(column)}</th>");
        Append($"</tr></thead><tbody>\n");
    }

    /// <param name="cells">Cells that are encoded already.</param>
    protected void Row(params string[] cells)
    {
        Append($"<tr><th scope=\"row\">{cells[0]}</th>");
        foreach (var cell in cells.Skip(1))
            Append($"<td>{cell}</td>");
        Append($"</tr>\n");
    }

    protected void EndTable() => Append($"</tbody></table></div>\n");

    protected void End()
    {
        EndTable();
        Append($"</section>\n");
    }

    protected void Append(FormattableString html) => _html.Append(html.ToString(CultureInfo.InvariantCulture));

    /// <summary>Appends HTML that is made here.</summary>
    protected void AppendRaw(string html) => _html.Append(html);

    /// <summary>Encodes a text.</summary>
    /// <param name="most">The most characters that are kept.</param>
    protected static string Text(string text, int most = 4_000) => WebUtility.HtmlEncode(PlainText.Clean(text, most));
}
