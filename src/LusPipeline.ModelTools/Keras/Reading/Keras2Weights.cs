using LusPipeline.ModelTools.Keras.Graph;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>
/// Reads the weights of a Keras 2 file, or of a Keras 3 model saved as .h5. Each top-level layer has a group. The attribute <c>layer_names</c> lists the
/// groups. Each group's attribute <c>weight_names</c> lists its datasets in Keras' order (Keras: <c>legacy_h5_format.save_weights_to_hdf5_group</c>).
/// </summary>
internal static class Keras2Weights
{
    /// <summary>Names that identify a weight. Other names (of Keras 1) carry no meaning; then the order decides.</summary>
    private static readonly HashSet<string> KnownNames = new(StringComparer.Ordinal)
    {
        "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance",
        "depthwise_kernel", "pointwise_kernel", "recurrent_kernel", "alpha",
    };

    public static LayerWeights Bind(ModelDefinition model, Hdf5Group group, Func<LayerDefinition, IReadOnlyList<WeightSlot>> slots)
    {
        var stored = new List<(string Layer, Hdf5Group Group, IReadOnlyList<string> Weights)>();
        foreach (var name in group.Texts("layer_names") ?? throw new ImportProblemException("it lists no layers (attribute 'layer_names')."))
        {
            var layerGroup = group.Group(name);
            var weights = layerGroup.Texts("weight_names") ?? throw new ImportProblemException($"'{name}' lists no weights (attribute 'weight_names').");
            if (weights.Count > 0)
                stored.Add((name, layerGroup, weights));
        }
        var wanted = model.Layers
            .Select(layer => (Layer: layer, Weights: WeightOrder.Flatten(layer, slots)))
            .Where(layer => layer.Weights.Count > 0)
            .ToList();

        var bound = new LayerWeights(group);
        var named = MatchByName(wanted, stored);
        foreach (var (index, (layer, weights)) in wanted.Index())
        {
            var from = named ? stored.Find(candidate => candidate.Layer == layer.Name)
                : stored.Count == wanted.Count ? stored[index]
                : throw Mismatch([.. wanted.Select(item => item.Layer.Name)], [.. stored.Select(item => item.Layer)]);
            Bind(bound, layer, weights, from.Layer, from.Weights);
        }
        return bound;
    }

    /// <summary>
    /// Whether layers are matched by name instead of by order. Keras fills a model in the order of its layers, and automatic names may be numbered
    /// differently in the file. So names are used only if all layers are found by name. A file with more layers, such as a classifier's top, must have them
    /// in the same order.
    /// </summary>
    private static bool MatchByName(
        List<(LayerDefinition Layer, List<(LayerDefinition, WeightSlot)>)> wanted, List<(string Layer, Hdf5Group, IReadOnlyList<string>)> stored)
    {
        if (wanted.Count == stored.Count)
            return wanted.Select(item => item.Layer.Name).ToHashSet(StringComparer.Ordinal).SetEquals(stored.Select(item => item.Layer));
        var position = 0;
        foreach (var (layer, _) in wanted)
        {
            while (position < stored.Count && stored[position].Layer != layer.Name)
            {
                position++;
            }
            if (position++ >= stored.Count)
                return false;
        }
        return true;
    }

    private static void Bind(
        LayerWeights bound, LayerDefinition layer, List<(LayerDefinition Layer, WeightSlot Slot)> wanted, string group, IReadOnlyList<string> names)
    {
        if (wanted.Count != names.Count)
            throw new ImportProblemException($"{layer} has {wanted.Count} weights, but '{group}' in the file has {names.Count}; the weights are of another architecture.");
        for (var i = 0; i < names.Count; i++)
        {
            var (owner, slot) = wanted[i];
            var name = Fits(names[i], slot) ? names[i] : ByName(names, owner, slot)
                ?? throw new ImportProblemException($"'{slot.Name}' of {owner} is not where it is expected; '{names[i]}' is.");
            bound.Add(owner, slot.Name, $"{group}/{name}");
        }
    }

    /// <summary>Whether a name fits a weight. Keras 3 calls a depthwise kernel <c>kernel</c>.</summary>
    private static bool Fits(string name, WeightSlot slot) =>
        !KnownNames.Contains(LastPart(name)) || LastPart(name) == LastPart(slot.Name)
        || (LastPart(slot.Name) == "depthwise_kernel" && LastPart(name) == "kernel");

    private static string? ByName(IReadOnlyList<string> names, LayerDefinition owner, WeightSlot slot)
    {
        var found = names.Where(name => name.Split('/') is [.., var layer, _] && layer == owner.Name && LastPart(name) == slot.Name).ToList();
        return found is [var only] ? only : null;
    }

    /// <summary>The last part of a weight's name: <c>conv/kernel:0</c> → <c>kernel</c>.</summary>
    private static string LastPart(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..];
        var colon = last.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? last : last[..colon];
    }

    private static ImportProblemException Mismatch(List<string> wanted, List<string> stored)
    {
        var missing = wanted.Except(stored, StringComparer.Ordinal).Take(5).ToList();
        return new ImportProblemException(
            $"the model has {wanted.Count} layers with weights, the file {stored.Count}"
            + (missing.Count > 0 ? $" (not in the file: {string.Join(", ", missing)})" : "")
            + "; the weights are of another architecture.");
    }
}
