using System.Text;
using LusPipeline.Training.Data;

namespace LusPipeline.Training.Reports;

/// <summary>The pictures of a report as SVG files of their own, with the report's style sheet.</summary>
public static class PictureFiles
{
    private const string Start = "<svg ";

    /// <summary>Writes the pictures, or replaces them.</summary>
    /// <param name="folder">The folder; made if it is missing.</param>
    /// <param name="report">The report.</param>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static void Write(string folder, EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Write(folder, Charts.All(report));
    }

    /// <inheritdoc cref="Write(string, EvaluationReport)"/>
    internal static void Write(string folder, IEnumerable<Picture> pictures)
    {
        Directory.CreateDirectory(folder);
        foreach (var picture in pictures)
        {
            var text = Encoding.UTF8.GetBytes(Alone(picture.Svg));
            WholeFile.Replace(Path.Combine(folder, picture.File), stream => stream.Write(text));
        }
    }

    /// <summary>A picture as the text of a file of its own.</summary>
    internal static string Alone(string svg)
    {
        var open = svg.IndexOf('>', StringComparison.Ordinal) + 1;
        var tag = $"{Start}xmlns=\"http://www.w3.org/2000/svg\" {svg[Start.Length..open]}";
        return $"{tag}\n<style>\n{ReportStyle.OfPicture}\n</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>{svg[open..]}\n";
    }
}
