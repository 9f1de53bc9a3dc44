using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Offline;

/// <summary>Takes the columns of some layers out of the features of a clip.</summary>
internal sealed class LayerColumns
{
    private readonly int _all;
    private readonly List<(int From, int Count)> _ranges = [];
    private readonly float[] _taken;

    /// <param name="layers">Names of layers of the bundle, in the order in which they are wanted; empty for all features.</param>
    /// <exception cref="FeatureSetException">The bundle's manifest does not name such a layer.</exception>
    public LayerColumns(Bundle bundle, IReadOnlyList<string> layers)
    {
        _all = bundle.Features;
        foreach (var name in layers)
        {
            var (found, first) = bundle.Manifest.LayersByColumn().FirstOrDefault(one => one.Layer.Name == name);
            if (found is null)
                throw new FeatureSetException(Unknown(bundle, name));
            _ranges.Add((first, found.Features));
        }
        Width = _ranges.Count == 0 ? _all : _ranges.Sum(range => range.Count);
        _taken = _ranges.Count == 0 ? [] : new float[bundle.Frames * Width];
    }

    /// <summary>The number of values of one frame.</summary>
    public int Width { get; }

    /// <param name="features">All features of a clip, float32 [T, D].</param>
    /// <returns>The columns, float32 [T, <see cref="Width"/>]. The next call overwrites them.</returns>
    public ReadOnlySpan<float> Of(ReadOnlySpan<float> features)
    {
        if (_ranges.Count == 0)
            return features;
        var written = 0;
        for (var frame = 0; frame < features.Length; frame += _all)
        {
            foreach (var (from, count) in _ranges)
            {
                features.Slice(frame + from, count).CopyTo(_taken.AsSpan(written));
                written += count;
            }
        }
        return _taken;
    }

    private static string Unknown(Bundle bundle, string name) => bundle.Manifest.Layers.Count == 0
        ? $"The model '{bundle.Name}' does not name its layers, so it has no layer '{name}'. Add one: lus models layers."
        : $"The model '{bundle.Name}' gives no layer '{name}'; it has {string.Join(", ", bundle.Manifest.Layers.Select(layer => $"'{layer.Name}'"))}. Add one: lus models layers.";
}
