using LusPipeline.Training.Reports;

namespace LusPipeline.Training.Search.Reporting;

/// <summary>The pictures of a search as SVG files of their own.</summary>
public static class SearchPictures
{
    /// <summary>Writes the pictures, or replaces them.</summary>
    /// <param name="folder">The folder; made if it is missing.</param>
    /// <param name="report">The report.</param>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static void Write(string folder, SearchReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PictureFiles.Write(folder, SearchCharts.All(report));
    }
}
