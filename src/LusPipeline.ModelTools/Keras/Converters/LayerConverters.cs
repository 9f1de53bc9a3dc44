using LusPipeline.ModelTools.Keras.Graph;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>Converts a call of a layer into nodes, and lists the layer's weights.</summary>
internal sealed record LayerConverter(Func<LayerContext, Value> Convert, Func<LayerDefinition, IReadOnlyList<WeightSlot>> Weights);

/// <summary>The converters of the layers that can be imported, by Keras class name.</summary>
internal static class LayerConverters
{
    private static readonly Dictionary<string, LayerConverter> ByClass = Register();

    public static IReadOnlyList<string> Supported { get; } = [.. ByClass.Keys.Append("TimeDistributed").Order(StringComparer.Ordinal)];

    /// <exception cref="ImportProblemException">The layer's class is not supported. The message lists the supported classes.</exception>
    public static LayerConverter Find(LayerDefinition layer) => ByClass.TryGetValue(layer.ClassName, out var converter)
        ? converter
        : throw new ImportProblemException($"{layer} is not supported; supported are {string.Join(", ", Supported)}, and Functional and Sequential models inside.");

    /// <summary>
    /// A layer's weights in Keras' order. An unknown class has none here: it is an error only if the layer is needed, not if it is cut off.
    /// </summary>
    public static IReadOnlyList<WeightSlot> Weights(LayerDefinition layer) =>
        ByClass.TryGetValue(layer.ClassName, out var converter) ? converter.Weights(layer) : [];

    private static Dictionary<string, LayerConverter> Register()
    {
        var table = new ConverterTable();
        Convolutions.Register(table);
        DenseLayers.Register(table);
        Normalizations.Register(table);
        Activations.Register(table);
        Pooling.Register(table);
        Merging.Register(table);
        Borders.Register(table);
        Shaping.Register(table);
        Scaling.Register(table);
        Identities.Register(table);
        Recurrent.Register(table);
        Masks.Register(table);
        TimePooling.Register(table);
        LayerNormalization.Register(table);
        Arithmetic.Register(table);
        return table.ByClass;
    }
}

/// <summary>The table in which each family of layers registers its converters.</summary>
internal sealed class ConverterTable
{
    private static readonly IReadOnlyList<WeightSlot> None = [];

    public Dictionary<string, LayerConverter> ByClass { get; } = new(StringComparer.Ordinal);

    public void Add(string className, Func<LayerContext, Value> convert, Func<LayerDefinition, IReadOnlyList<WeightSlot>>? weights = null) =>
        ByClass.Add(className, new LayerConverter(convert, weights ?? (_ => None)));
}
