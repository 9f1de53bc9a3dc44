using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Reports;

namespace LusPipeline.UnitTests.Training;

public sealed partial class HtmlReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_report_is_whole_and_needs_nothing_else()
    {
        var (text, page) = Write(Predictions.Noisy(92, hint: 1.5, sharpness: 1.5));

        Assert.Equal(
            ["Summary", "By class", "Confusion", "ROC", "Reliability", "Loss", "Accuracy while training", "Operating points", "Folds", "Probabilities by video", "How it was made"],
            page.Descendants("h2").Select(heading => heading.Value).Where(heading => !heading.StartsWith("Uncertain below", StringComparison.Ordinal)));
        Assert.Equal(5 + 3 + 92, page.Descendants("svg").Count());
        Assert.Contains(EvaluationReport.ResearchNotice, text, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(Elsewhere(), text);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_outside_stay_text()
    {
        var predictions = Predictions.Noisy(12, hint: 1, sharpness: 1);
        predictions[0] = predictions[0] with { Video = "cov/<img src=x onerror=alert(1)>\u001b[31m.mp4", Patient = "\"><b>" };

        var (text, page) = Write(predictions);

        Assert.Empty(page.Descendants("script").Concat(page.Descendants("img")).Concat(page.Descendants("b")));
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("cov/<img src=x onerror=alert(1)>?[31m.mp4", page.Descendants("th").Select(cell => cell.Value));
        Assert.Contains(page.Descendants("li"), leak => leak.Value.Contains("<script>", StringComparison.Ordinal));
    }

    [Fact]
    public void The_pictures_show_the_numbers()
    {
        var (_, page) = Write([Predictions.Of("0", Diagnosis.Covid, 0.9, 0.1, 0), Predictions.Of("1", Diagnosis.Healthy, 0.2, 0.2, 0.6), Predictions.Of("1", Diagnosis.Pneumonia, 0.2, 0.7, 0.1)]);

        var confusion = page.Descendants("figure").First(figure => figure.Element("h2")!.Value == "Confusion");
        Assert.Equal(["1", "0", "0", "0", "1", "0", "0", "0", "1"], confusion.Descendants("text").Where(text => text.Attribute("class")!.Value.StartsWith("count", StringComparison.Ordinal)).Select(text => text.Value));
        var roc = page.Descendants("figure").First(figure => figure.Element("h2")!.Value == "ROC");
        Assert.Equal(["covid 1.000", "pneumonia 1.000", "healthy 1.000"], roc.Descendants("text").Select(text => text.Value).Where(text => text.EndsWith("1.000", StringComparison.Ordinal)));
        var bar = page.Descendants("td").Select(cell => cell.Element("svg")).OfType<XElement>().First();
        Assert.Equal([("0", "90"), ("90", "10"), ("100", "0")], bar.Elements().Select(part => (part.Attribute("x")!.Value, part.Attribute("width")!.Value)));
    }

    [Fact]
    public void A_class_that_is_missing_leaves_its_places_empty()
    {
        var (text, _) = Write([Predictions.Of("0", Diagnosis.Covid, 0.9, 0.1, 0), Predictions.Of("1", Diagnosis.Healthy, 0.2, 0.2, 0.6)]);

        Assert.Contains("–", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pictures_stand_alone_as_files()
    {
        PictureFiles.Write(_folder["pictures"], Reports.Of(Predictions.Noisy(30, hint: 1, sharpness: 1)));

        Assert.Equal(
            ["accuracy.svg", "confusion.svg", "loss.svg", "reliability.svg", "roc.svg"],
            Directory.GetFiles(_folder["pictures"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var file in Directory.GetFiles(_folder["pictures"]))
        {
            var svg = XElement.Load(file);
            Assert.Equal("{http://www.w3.org/2000/svg}svg", svg.Name.ToString());
            Assert.NotEmpty(svg.Descendants("{http://www.w3.org/2000/svg}style"));
        }
    }

    private (string Text, XElement Page) Write(IReadOnlyList<Prediction> predictions)
    {
        HtmlReport.Write(_folder["report.html"], Reports.Of(predictions));
        var text = File.ReadAllText(_folder["report.html"]);
        Assert.Single(Directory.GetFiles(_folder.Path));
        using var reader = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Ignore });
        return (text, XElement.Load(reader));
    }

    /// <summary>What would make a browser load something else.</summary>
    [GeneratedRegex("""https?://|<script|<link|<iframe|@import|url\(|\ssrc=""")]
    private static partial Regex Elsewhere();
}
