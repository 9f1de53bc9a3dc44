using LusPipeline.ModelTools.Keras.Graph;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>
/// The order in which Keras lists the weights of a layer or model: first <c>trainable_weights</c>, then <c>non_trainable_weights</c>, each over the inner
/// layers in their order. All weights of a frozen layer count as non-trainable (Keras: <c>Layer.trainable_weights</c>, <c>Model.non_trainable_weights</c>,
/// <c>_legacy_weights</c>).
/// </summary>
internal static class WeightOrder
{
    /// <param name="layer">A layer, a wrapper or a nested model.</param>
    /// <param name="slots">Returns the weights of a layer that has no inner layers, in Keras' order.</param>
    public static List<(LayerDefinition Layer, WeightSlot Slot)> Flatten(LayerDefinition layer, Func<LayerDefinition, IReadOnlyList<WeightSlot>> slots)
    {
        var (trained, fixedOnes) = Split(layer, slots);
        return [.. trained, .. fixedOnes];
    }

    private static (List<(LayerDefinition, WeightSlot)> Trained, List<(LayerDefinition, WeightSlot)> Fixed) Split(
        LayerDefinition layer, Func<LayerDefinition, IReadOnlyList<WeightSlot>> slots)
    {
        var trained = new List<(LayerDefinition, WeightSlot)>();
        var fixedOnes = new List<(LayerDefinition, WeightSlot)>();
        IReadOnlyList<LayerDefinition> inside = layer.Model?.Layers ?? (layer is { ClassName: "TimeDistributed", Inner: { } inner } ? [inner] : []);
        if (inside.Count == 0)
        {
            foreach (var slot in slots(layer))
            {
                (slot.Trained ? trained : fixedOnes).Add((layer, slot));
            }
        }
        foreach (var part in inside)
        {
            var (partTrained, partFixed) = Split(part, slots);
            trained.AddRange(partTrained);
            fixedOnes.AddRange(partFixed);
        }
        return layer.Trainable ? (trained, fixedOnes) : ([], [.. trained, .. fixedOnes]);
    }
}
