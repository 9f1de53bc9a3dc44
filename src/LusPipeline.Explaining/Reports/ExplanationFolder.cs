using System.Globalization;
using LusPipeline.Explaining.Regions;

namespace LusPipeline.Explaining.Reports;

/// <summary>
/// Writes the pictures of a clip into a folder: <c>strip.png</c>, <c>frame-00.png</c> and so on, and <c>regions-00.png</c> for the frames with their regions. Of
/// several layers, the second and later ones have their names in their files' names.
/// </summary>
public static class ExplanationFolder
{
    /// <summary>Writes the folder under another name first, and then replaces what was there.</summary>
    /// <returns>The paths of the files that were written.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, ClipExplanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var unfinished = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}.tmp").FullName;
        try
        {
            List<string> names = ["strip.png"];
            File.WriteAllBytes(Path.Combine(unfinished, names[0]), FilmStrip.Png(explanation));
            for (var frame = 0; frame < explanation.Frames.Count; frame++)
            {
                Add($"frame-{Number(frame)}.png", explanation.Frames.Png(frame));
                for (var layer = 0; layer < explanation.Regions.Count; layer++)
                {
                    var regions = explanation.Regions[layer];
                    Add($"regions{(layer == 0 ? "" : $"-{FileName(regions)}")}-{Number(frame)}.png", regions.OverlayPng(frame, explanation.Frames.Shown(frame)));
                }
            }
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.Move(unfinished, folder);
            return [.. names.Select(name => Path.Combine(folder, name))];

            void Add(string name, byte[] png)
            {
                File.WriteAllBytes(Path.Combine(unfinished, name), png);
                names.Add(name);
            }
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    private static string FileName(RegionMaps regions) => string.Concat(regions.Layer.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '-'));

    private static string Number(int frame) => frame.ToString("00", CultureInfo.InvariantCulture);
}
