using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Keras.Reading;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>The conversion of one model into one ONNX graph.</summary>
internal sealed class Conversion(GraphBuilder graph, IWeightSource weights, string? kerasVersion, bool weightsAlone = false)
{
    /// <summary>Most elements of one value for one frame or clip: 1 GiB of float32. No model in use comes close.</summary>
    private const long MaxElements = 1L << 28;

    private readonly Dictionary<(LayerDefinition Layer, string Name), string> _constants = [];

    public GraphBuilder Graph { get; } = graph;

    public IWeightSource Weights { get; } = weights;

    public bool WeightsAlone { get; } = weightsAlone;

    /// <summary>Major version of Keras, 2 or 3. A few functions differ between them. Files that do not state a version are older than 3.</summary>
    public int KerasMajor { get; } = kerasVersion?.Split('.')[0] is { } major && int.TryParse(major, out var number) ? number : 2;

    /// <summary>Adds the steps of a flat graph. <paramref name="values"/> holds the inputs and receives every result.</summary>
    public void Run(IEnumerable<GraphStep> steps, Dictionary<int, Value> values)
    {
        foreach (var step in steps)
        {
            var context = new LayerContext(this, step, [.. step.Inputs.Select(input => values[input])]);
            values[step.Output] = Convert(step.Kind, context);
        }
    }

    private static Value Convert(GraphStepKind kind, LayerContext layer)
    {
        try
        {
            var value = kind switch
            {
                GraphStepKind.FoldTime => TimeAxis.Fold(layer),
                GraphStepKind.UnfoldTime => TimeAxis.Unfold(layer),
                GraphStepKind.Same => layer.Inputs[0],
                _ => LayerConverters.Find(layer.Layer).Convert(layer),
            };
            return WeightTensor.Product(value.Shape) <= MaxElements ? value : throw layer.Fault($"its output {value.Text} is too large");
        }
        catch (OverflowException fault)
        {
            throw new ImportProblemException($"{layer.Layer}: its sizes are too large.", fault);
        }
    }

    /// <summary>A constant of a layer. It is created once, even if the layer is called several times.</summary>
    public string Constant(LayerDefinition layer, string name, Func<WeightTensor> make)
    {
        if (!_constants.TryGetValue((layer, name), out var known))
            _constants[(layer, name)] = known = Graph.Weight($"{layer.Place}/{name}", make());
        return known;
    }
}
