using System.Globalization;
using System.Net;
using System.Text;

namespace LusPipeline.Training.Reports;

/// <summary>
/// A picture in SVG with two axes. Positions are in the axes' units. Colours come from classes that the page's style sheet defines, so that a picture follows
/// the reader's light or dark theme.
/// </summary>
public sealed class Chart
{
    private const double Width = 380;
    private const double Height = 320;
    private const double Left = 52;
    private const double Right = 12;
    private const double Top = 14;
    private const double Bottom = 46;

    private readonly StringBuilder _svg = new();
    private readonly double _mostX;
    private readonly double _mostY;

    /// <param name="title">What the picture shows, for readers who do not see it.</param>
    /// <param name="x">What the x axis is; it begins at 0.</param>
    /// <param name="mostX">The end of the x axis.</param>
    /// <param name="y">What the y axis is; it begins at 0.</param>
    /// <param name="mostY">The end of the y axis.</param>
    public Chart(string title, string x, double mostX, string y, double mostY)
    {
        (_mostX, _mostY) = (mostX, mostY);
        Append($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">");
        Append($"<rect class=\"plot\" x=\"{Left}\" y=\"{Top}\" width=\"{Width - Left - Right}\" height=\"{Height - Top - Bottom}\"/>");
        Text((Left + Width - Right) / 2, Height - 8, x, "middle");
        var middle = (Top + Height - Bottom) / 2;
        Append($"<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(13 {middle:0.#}) rotate(-90)\">{WebUtility.HtmlEncode(y)}</text>");
    }

    /// <summary>Draws lines with numbers across both axes.</summary>
    public Chart Grid(int steps = 5)
    {
        for (var step = 0; step <= steps; step++)
        {
            var (x, y) = (_mostX * step / steps, _mostY * step / steps);
            Append($"<path class=\"grid\" d=\"M{X(x):0.#} {Top}V{Height - Bottom}M{Left} {Y(y):0.#}H{Width - Right}\"/>");
            Text(X(x), Height - Bottom + 16, Short(x), "middle");
            Text(Left - 6, Y(y) + 4, Short(y), "end");
        }
        return this;
    }

    public Chart Line(IEnumerable<(double X, double Y)> points, string style)
    {
        var path = string.Join('L', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.##} {Y(point.Y):0.##}")));
        if (path.Length > 0)
            Append($"<path class=\"{style}\" d=\"M{path}\"/>");
        return this;
    }

    public Chart Box(double x, double y, double width, double height, string style, double opacity = 1)
    {
        var (left, top) = (X(x), Y(y + height));
        Append($"<rect class=\"{style}\" x=\"{left:0.##}\" y=\"{top:0.##}\" width=\"{X(x + width) - left:0.##}\" height=\"{Y(y) - top:0.##}\" fill-opacity=\"{opacity:0.###}\"/>");
        return this;
    }

    public Chart Dot(double x, double y, string style)
    {
        Append($"<circle class=\"{style}\" cx=\"{X(x):0.##}\" cy=\"{Y(y):0.##}\" r=\"5\"/>");
        return this;
    }

    /// <summary>Writes a text in the plot, with its middle at a position.</summary>
    public Chart Label(double x, double y, string text, string style = "axis", double lower = 4)
    {
        Text(X(x), Y(y) + lower, text, "middle", style);
        return this;
    }

    /// <summary>Writes a line of the legend, counted from the lower right corner upwards.</summary>
    public Chart Legend(int line, string text, string style)
    {
        var y = Height - Bottom - 14 - (line * 18);
        Append($"<path class=\"{style}\" d=\"M{Width - 190} {y - 4:0.#}h26\"/>");
        Text(Width - 158, y, text, "start");
        return this;
    }

    /// <summary>The picture.</summary>
    public override string ToString() => _svg + "</svg>";

    private double X(double value) => Left + (value / _mostX * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (value / _mostY * (Height - Top - Bottom));

    private void Text(double x, double y, string text, string anchor, string style = "axis") =>
        Append($"<text class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");

    private void Append(FormattableString svg) => _svg.Append(svg.ToString(CultureInfo.InvariantCulture));

    private static string Short(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
