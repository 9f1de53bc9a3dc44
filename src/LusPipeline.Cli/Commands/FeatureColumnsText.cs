using System.Globalization;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;

namespace LusPipeline.Cli.Commands;

/// <summary>Reads which columns of a bundle's features vector a head is to read.</summary>
internal static class FeatureColumnsText
{
    /// <param name="text">Names of layers that follow each other, separated by commas, or two numbers such as <c>2048-2775</c>; null for all columns.</param>
    /// <returns>The first and the last column, from 0; null for all.</returns>
    /// <exception cref="TrainingDataException">The bundle has no such layers, or the text is neither.</exception>
    public static (int First, int Last)? Read(string? text, Bundle bundle)
    {
        if (text is null)
            return null;
        if (text.Split('-') is [var from, var to] && int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            return last >= first ? (first, last) : throw new TrainingDataException($"--columns {text}: give the first column and then the last, for example 2048-2775.");
        }
        return OfLayers(LayerNames.Split(text), bundle);
    }

    private static (int First, int Last) OfLayers(IReadOnlyList<string> names, Bundle bundle)
    {
        var layers = bundle.Manifest.Layers;
        var wanted = bundle.Manifest.LayersByColumn().SkipWhile(one => names.Count > 0 && one.Layer.Name != names[0]).Take(names.Count).ToList();
        if (names.Count == 0 || !wanted.Select(one => one.Layer.Name).SequenceEqual(names))
        {
            var known = layers.Count == 0
                ? "its manifest names no layers (lus models layers adds some)"
                : $"it has {string.Join(", ", layers.Select(layer => $"'{layer.Name}'"))}, and several must follow each other as they do there";
            throw new TrainingDataException($"--columns {string.Join(',', names)}: '{bundle.Name}' has no such layers: {known}. Or give the first and the last column, for example 2048-2775.");
        }
        return (wanted[0].First, wanted[^1].First + wanted[^1].Layer.Features - 1);
    }
}
