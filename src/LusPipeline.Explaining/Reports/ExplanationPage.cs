using System.Text;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Reports;
using static LusPipeline.Training.Reports.FigureText;

namespace LusPipeline.Explaining.Reports;

/// <summary>The explanations of a study's clips as one HTML file, which needs no other file, no network and no script.</summary>
public sealed class ExplanationPage : HtmlPage
{
    private const string Meaning = """
        <p class="remark"><strong>How to read it.</strong> This says what the model looked at, not what the patient has, and not whether the model is right.
        <em>Replaced</em> is how much the probability of the class falls when the frame gives way to the clip's mean: above 0 the frame speaks for the class, below 0
        against it. <em>Integrated</em> shares the difference to a clip of nothing but its mean among the frames; where frames show the same, both are near 0.
        <em>Regions</em> (Grad-CAM) are where the layer's pictures raise the class's score, from dark red to yellow, each frame on its own scale; <em>strength</em> is
        the frame's greatest value beside the clip's. A region is as coarse as the layer's cells, and a bright region is no finding.</p>

        """;

    private bool _toggled;

    /// <param name="study">The study's name.</param>
    /// <param name="notice">The line on what the program may be used for.</param>
    public ExplanationPage(string study, string notice)
    {
        Head($"Explanation of {study}", ClipFigures.Style, pictures: true);
        Append($"""
            <header>
            <h1>Explanation of {Text(study)}</h1>
            <p class="notice">{Text(notice)}</p>
            {Meaning}
            </header>
            <main>

            """);
    }

    /// <summary>Adds a clip.</summary>
    /// <param name="video">The video's name.</param>
    /// <param name="model">The model's name and version.</param>
    public void Add(string video, string model, ClipExplanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var (stored, computed, explained) = (explanation.Stored, explanation.Computed, explanation.Class);
        Append($"<section>\n<h2>{Text(video)}, clip {explanation.ClipIndex}: {explained.Name()} {Number(stored[explained])}</h2>\n");
        BeginTable("", "covid", "pneumonia", "healthy", "");
        Row("result", Number(stored.Covid), Number(stored.Pneumonia), Number(stored.Healthy), Charts.Probabilities(stored));
        Row("explained", Number(computed.Covid), Number(computed.Pneumonia), Number(computed.Healthy), Charts.Probabilities(computed));
        EndTable();
        Append($"<p class=\"remark\">Model {Text(model)}, variant {Text(explanation.Variant)}.</p>\n");
        foreach (var remark in explanation.Remarks)
            Append($"<p class=\"warnings\">{Text(remark)}</p>\n");
        if (explanation.Regions.Count > 0 && !_toggled)
        {
            _toggled = true;
            AppendRaw(ClipFigures.Toggle);
        }
        if (explanation.Regions.Count == 0)
            AppendRaw(ClipFigures.Film(explanation, null));
        foreach (var regions in explanation.Regions)
        {
            Append($"<h3>Regions of layer {Text(regions.Layer)}, {regions.Height} × {regions.Width} cells</h3>\n");
            AppendRaw(ClipFigures.Film(explanation, regions));
        }
        Append($"<figure class=\"curves\"><h3>Prediction as frames come in</h3>");
        AppendRaw(ClipFigures.Curve(explanation));
        Append($"<figcaption>What the model says of a video that ends behind each of the {explanation.Curve.Count} frames.</figcaption></figure>\n</section>\n");
    }

    /// <summary>Adds a clip that has no explanation.</summary>
    /// <param name="why">Sentences that say why.</param>
    public void AddMissing(string video, int clip, string why) =>
        Append($"<section>\n<h2>{Text(video)}, clip {clip}</h2>\n<p class=\"warnings\">{Text(why)}</p>\n</section>\n");

    /// <summary>Writes the page, or replaces it. Nothing can be added afterwards.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path)
    {
        var html = Encoding.UTF8.GetBytes(Finish());
        WholeFile.Replace(path, stream => stream.Write(html));
    }
}
