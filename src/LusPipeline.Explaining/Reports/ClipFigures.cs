using System.Globalization;
using System.Text;
using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining.Regions;
using LusPipeline.Training.Reports;

namespace LusPipeline.Explaining.Reports;

/// <summary>Draws a clip's explanation as HTML with the pictures inside it. No text in it comes from outside.</summary>
internal static class ClipFigures
{
    /// <summary>The style sheet of the figures.</summary>
    public const string Style = """
        .film { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .9rem .5rem; margin: .75rem 0; }
        .still { position: relative; line-height: 0; background: #000; }
        .still img { width: 100%; height: auto; display: block; }
        .still .heat { position: absolute; inset: 0; height: 100%; }
        main:has(.toggle input:not(:checked)) .heat { display: none; }
        .rate { width: 100%; height: .7rem; display: block; margin-top: .3rem; }
        .rate .for { fill: #d55e00; } .rate .against { fill: #0072b2; } .rate .zero { stroke: var(--soft); stroke-width: .6; }
        .film figcaption { font-size: .72rem; line-height: 1.4; white-space: nowrap; }
        .toggle { display: inline-block; margin: .5rem 0; }
        .curves { max-width: 30rem; }
        """;

    /// <summary>The switch that hides the regions, once a page.</summary>
    public const string Toggle = "<label class=\"toggle\"><input type=\"checkbox\" checked=\"checked\"/> show regions</label>\n";

    /// <summary>Every frame with its regions of one layer and its importance.</summary>
    /// <param name="regions">The layer; null for frames alone.</param>
    public static string Film(ClipExplanation explanation, RegionMaps? regions)
    {
        var html = new StringBuilder("<div class=\"film\">\n");
        var greatest = explanation.Replacement.Concat(explanation.IntegratedGradients ?? []).Max(Math.Abs);
        for (var frame = 0; frame < explanation.Frames.Count; frame++)
        {
            var number = explanation.Frames.DecodedFrame(frame);
            html.Append(CultureInfo.InvariantCulture, $"<figure><div class=\"still\"><img alt=\"frame {number} of the video\" src=\"{Data(explanation.Frames.Png(frame))}\"/>");
            if (regions is not null)
                html.Append(CultureInfo.InvariantCulture, $"<img class=\"heat\" alt=\"\" src=\"{Data(regions.HeatPng(frame))}\"/>");
            html.Append("</div>").Append(Bar(explanation.Replacement[frame], greatest));
            if (explanation.IntegratedGradients is { } integrated)
                html.Append(Bar(integrated[frame], greatest));
            html.Append(CultureInfo.InvariantCulture, $"<figcaption>frame {number}<br/>replaced {Signed(explanation.Replacement[frame])}");
            if (explanation.IntegratedGradients is { } parts)
                html.Append(CultureInfo.InvariantCulture, $"<br/>integrated {Signed(parts[frame])}");
            if (regions is not null)
                html.Append(CultureInfo.InvariantCulture, $"<br/>strength {100 * regions.Strength(frame):0} %");
            html.Append("</figcaption></figure>\n");
        }
        return html.Append("</div>\n").ToString();
    }

    /// <summary>The prediction as frames come in, one line for each class.</summary>
    public static string Curve(ClipExplanation explanation)
    {
        var chart = new Chart("Prediction as frames come in", "frames of the clip so far", explanation.Curve.Count, "probability", 1).Grid();
        foreach (var diagnosis in Enum.GetValues<Diagnosis>())
            chart.Line(explanation.Curve.Select((one, frame) => (frame + 1.0, one[diagnosis])), $"curve {diagnosis.Name()}");
        return $"{chart}{Legend}";
    }

    /// <summary>The colours of the classes.</summary>
    private static string Legend { get; } =
        $"<p class=\"legend\">{string.Concat(Enum.GetValues<Diagnosis>().Select(diagnosis => $"<span><svg viewBox=\"0 0 9 9\" aria-hidden=\"true\"><rect class=\"fill {diagnosis.Name()}\" width=\"9\" height=\"9\"/></svg> {diagnosis.Name()}</span> "))}</p>";

    /// <summary>A picture as part of the page.</summary>
    public static string Data(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";

    /// <summary>A bar from the middle: to the right for the class, to the left against it.</summary>
    private static string Bar(double value, double greatest)
    {
        var length = greatest == 0 ? 0 : 50 * Math.Abs(value) / greatest;
        return string.Create(CultureInfo.InvariantCulture,
            $"<svg class=\"rate\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"{(value > 0 ? "for" : "against")}\" x=\"{(value > 0 ? 50 : 50 - length):0.##}\" width=\"{length:0.##}\" height=\"5\"/><path class=\"zero\" d=\"M50 0V6\"/></svg>");
    }

    private static string Signed(double value) => value.ToString("+0.0000;−0.0000;0.0000", CultureInfo.InvariantCulture);
}
