using LusPipeline.ModelTools.Keras.Graph;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>Turns a call of a layer into nodes, and knows which weights the layer has.</summary>
internal sealed record LayerConverter(Func<LayerContext, Value> Convert, Func<LayerDefinition, IReadOnlyList<WeightSlot>> Weights);

/// <summary>The layers that can be imported, by Keras' class name.</summary>
internal static class LayerConverters
{
    private static readonly Dictionary<string, LayerConverter> ByClass = Register();

    public static IReadOnlyList<string> Supported { get; } = [.. ByClass.Keys.Append("TimeDistributed").Order(StringComparer.Ordinal)];

    /// <exception cref="ImportProblemException">The layer's class is not supported; says which are.</exception>
    public static LayerConverter Of(LayerDefinition layer) => ByClass.TryGetValue(layer.ClassName, out var converter)
        ? converter
        : throw new ImportProblemException($"{layer} is not supported; supported are {string.Join(", ", Supported)}, and Functional and Sequential models inside.");

    /// <summary>A layer's weights in Keras' order. A class that is not known has none: it fails when it is needed, not when it is cut off.</summary>
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

/// <summary>Where a family of layers enters its converters.</summary>
internal sealed class ConverterTable
{
    private static readonly IReadOnlyList<WeightSlot> None = [];

    public Dictionary<string, LayerConverter> ByClass { get; } = new(StringComparer.Ordinal);

    public void Add(string className, Func<LayerContext, Value> convert, Func<LayerDefinition, IReadOnlyList<WeightSlot>>? weights = null) =>
        ByClass.Add(className, new LayerConverter(convert, weights ?? (_ => None)));
}
