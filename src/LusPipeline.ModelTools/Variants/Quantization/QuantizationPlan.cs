using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>Decides which nodes compute in int8, and which values are therefore quantized.</summary>
internal sealed class QuantizationPlan
{
    private readonly FloatGraph _graph;
    private readonly HashSet<NodeProto> _integer = [];
    private readonly HashSet<NodeProto> _foldedRelus = [];
    private readonly HashSet<NodeProto> _reluOfAddition = [];
    private readonly HashSet<string> _quantized = new(StringComparer.Ordinal);

    /// <param name="graph">The model.</param>
    /// <param name="firstConvolution">Whether the first convolution, which reads the pixels, is quantized. If false, it stays float32.</param>
    public QuantizationPlan(FloatGraph graph, bool firstConvolution)
    {
        _graph = graph;
        var first = graph.Nodes.FirstOrDefault(node => node.OpType == "Conv");
        foreach (var node in graph.Nodes)
        {
            if (!graph.HasIntegerKernel(node) || (node == first && !firstConvolution) || (node.OpType == "MaxPool" && !_quantized.Contains(node.Input[0])))
                continue;
            _integer.Add(node);
            foreach (var input in node.OpType == "Add" ? node.Input.Take(2) : node.Input.Take(1))
                _quantized.Add(input);
            if (graph.OnlyRelu(node.Output[0]) is { } relu && node.OpType != "MaxPool")
            {
                _foldedRelus.Add(relu);
                _quantized.Add(relu.Output[0]);
            }
            else
            {
                _quantized.Add(node.Output[0]);
            }
        }
        foreach (var node in graph.Nodes.Where(node => node.OpType == "Relu" && !_foldedRelus.Contains(node)))
        {
            if (graph.Producers.TryGetValue(node.Input[0], out var producer) && producer.OpType == "Add" && IsInteger(producer) && IsQuantized(node.Output[0]))
                _reluOfAddition.Add(node);
        }
    }

    public bool IsInteger(NodeProto node) => _integer.Contains(node);

    /// <summary>Whether a Relu is removed, because its input's quantization range begins at zero and has the same effect.</summary>
    public bool IsFolded(NodeProto relu) => _foldedRelus.Contains(relu);

    /// <summary>Whether a Relu follows a sum that other nodes read too. It becomes a second addition whose range begins at zero.</summary>
    public bool IsReluOfAddition(NodeProto relu) => _reluOfAddition.Contains(relu);

    /// <summary>Whether the value is rounded to 8 bits.</summary>
    public bool IsQuantized(string value) => _quantized.Contains(value);

    /// <summary>The values whose ranges must be measured: all quantized values except maxima, which have their input's range.</summary>
    public IReadOnlyList<string> Measured => [.. _graph.Nodes
        .Where(node => !(node.OpType == "MaxPool" && IsInteger(node)))
        .SelectMany(node => node.Output)
        .Where(IsQuantized)];
}
