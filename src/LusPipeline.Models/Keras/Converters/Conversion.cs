using LusPipeline.Models.Keras.Graph;
using LusPipeline.Models.Keras.Reading;
using LusPipeline.Models.Onnx;

namespace LusPipeline.Models.Keras.Converters;

/// <summary>One model on its way into one ONNX graph.</summary>
internal sealed class Conversion(GraphBuilder graph, LayerWeights weights, string? kerasVersion)
{
    private readonly Dictionary<(LayerDefinition Layer, string Name), string> _constants = [];

    public GraphBuilder Graph { get; } = graph;

    public LayerWeights Weights { get; } = weights;

    /// <summary>2 or 3; a few functions changed between them. Files that do not say are older than 3.</summary>
    public int KerasMajor { get; } = kerasVersion?.Split('.')[0] is { } major && int.TryParse(major, out var number) ? number : 2;

    /// <summary>Adds the steps of a flat graph; <paramref name="values"/> has the inputs and receives every result.</summary>
    public void Run(IEnumerable<GraphStep> steps, Dictionary<int, Value> values)
    {
        foreach (var step in steps)
        {
            var context = new LayerContext(this, step, [.. step.Inputs.Select(input => values[input])]);
            values[step.Output] = step.Kind switch
            {
                GraphStepKind.FoldTime => TimeAxis.Fold(context),
                GraphStepKind.UnfoldTime => TimeAxis.Unfold(context),
                _ => LayerConverters.Of(step.Layer).Convert(context),
            };
        }
    }

    /// <summary>A constant of a layer, made once however often the layer is called.</summary>
    public string Constant(LayerDefinition layer, string name, Func<WeightTensor> make)
    {
        if (!_constants.TryGetValue((layer, name), out var known))
            _constants[(layer, name)] = known = Graph.Weight($"{layer.Place}/{name}", make());
        return known;
    }
}
