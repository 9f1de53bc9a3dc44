using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>Decides which nodes compute in float16.</summary>
internal sealed class HalfPlan
{
    /// <summary>
    /// Largest magnitude that is accepted. The largest float16 is 65504; the factor of 4 leaves room for frames that were not measured and give larger
    /// values.
    /// </summary>
    private const float MostMagnitude = 65504f / 4;

    /// <summary>Most values that an average in float16 may have. An average over more values needs a sum in float32.</summary>
    private const long MostAveraged = 25;

    /// <summary>Operators with which float16 begins. In them CUDA multiplies in float16 and sums in float32.</summary>
    private static readonly HashSet<string> Products = new(StringComparer.Ordinal) { "Conv", "ConvTranspose", "MatMul", "Gemm" };

    /// <summary>
    /// Operators that are exact in float16, or round once. Sums over many values, quotients, roots, exponentials and normalizations are not among them.
    /// </summary>
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

    /// <summary>Number of nodes that are left out only because of their values' magnitude.</summary>
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
