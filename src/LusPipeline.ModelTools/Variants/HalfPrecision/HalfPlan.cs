using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>Which nodes compute in float16.</summary>
internal sealed class HalfPlan
{
    /// <summary>Float16 ends at 65504. Frames that were not measured may give larger values than those that were.</summary>
    private const float MostMagnitude = 65504f / 4;

    /// <summary>An average over more values is a sum that needs float32.</summary>
    private const long MostAveraged = 25;

    /// <summary>CUDA multiplies in float16 and sums in float32; here float16 begins.</summary>
    private static readonly HashSet<string> Products = new(StringComparer.Ordinal) { "Conv", "ConvTranspose", "MatMul", "Gemm" };

    /// <summary>Exact in float16, or with one rounding. Not here: sums over many values, quotients, roots and exponentials, normalizations.</summary>
    private static readonly HashSet<string> Followers = new(StringComparer.Ordinal)
    {
        "Add", "Sub", "Mul", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Clip", "MaxPool", "AveragePool",
        "Concat", "Pad", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Slice", "Split", "Gather",
    };

    private readonly FloatGraph _graph;
    private readonly GraphValues _values;
    private readonly HashSet<NodeProto> _halves = [];
    private readonly HashSet<string> _halfValues = new(StringComparer.Ordinal);

    public HalfPlan(FloatGraph graph, GraphValues values)
    {
        (_graph, _values) = (graph, values);
        foreach (var node in graph.Nodes)
        {
            if (graph.IsConstant(node) || !CanBeHalf(node))
                continue;
            if (!Fits(node))
            {
                TooLarge++;
                continue;
            }
            _halves.Add(node);
            _halfValues.UnionWith(node.Output.Where(values.IsFloat));
        }
    }

    public IReadOnlyCollection<NodeProto> Halves => _halves;

    /// <summary>Nodes that are left out only because of their values' magnitude.</summary>
    public int TooLarge { get; }

    public bool IsHalf(NodeProto node) => _halves.Contains(node);

    /// <summary>Whether the value is computed in float16.</summary>
    public bool IsHalf(string value) => _halfValues.Contains(value);

    private bool CanBeHalf(NodeProto node)
    {
        if (node.Domain.Length > 0 || !node.Output.Any(_values.IsFloat))
            return false;
        if (Products.Contains(node.OpType))
            return true;
        return Followers.Contains(node.OpType) && node.Input.Any(_halfValues.Contains) && !(node.OpType == "AveragePool" && Averaged(node) > MostAveraged);
    }

    private bool Fits(NodeProto node) =>
        node.Input.Concat(node.Output).All(value => value.Length == 0 || _values.Magnitude(value) <= MostMagnitude);

    private static long Averaged(NodeProto node) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == "kernel_shape")?.Ints.Aggregate(1L, (product, side) => product * side) ?? long.MaxValue;
}
