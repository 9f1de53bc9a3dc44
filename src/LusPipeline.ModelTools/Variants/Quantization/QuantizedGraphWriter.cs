using System.Runtime.InteropServices;
using Google.Protobuf;
using LusPipeline.ModelTools.Onnx;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>
/// Writes a graph again with QuantizeLinear and DequantizeLinear around the nodes that have int8 kernels. ONNX Runtime turns them into QLinearConv,
/// QLinearAdd and MaxPool over bytes. Weights are stored as int8, biases as int32.
/// </summary>
internal sealed class QuantizedGraphWriter
{
    private readonly FloatGraph _source;
    private readonly QuantizationPlan _plan;
    private readonly IReadOnlyDictionary<string, AffineRange> _ranges;
    private readonly GraphProto _graph = new();
    private readonly Dictionary<string, AffineRange> _rangeOf = new(StringComparer.Ordinal);

    private QuantizedGraphWriter(FloatGraph source, QuantizationPlan plan, IReadOnlyDictionary<string, AffineRange> ranges) =>
        (_source, _plan, _ranges) = (source, plan, ranges);

    /// <param name="ranges">The range of every value in <see cref="QuantizationPlan.Measured"/>.</param>
    public static ModelProto Write(FloatGraph source, QuantizationPlan plan, IReadOnlyDictionary<string, AffineRange> ranges)
    {
        var writer = new QuantizedGraphWriter(source, plan, ranges);
        foreach (var node in source.Nodes)
            writer.Node(node);
        return source.ToModel(writer._graph);
    }

    private void Node(NodeProto node)
    {
        if (_plan.IsFolded(node))
            return;
        if (_plan.IsReluOfAddition(node))
        {
            PositiveSum(node);
            return;
        }
        var copy = node.Clone();
        for (var input = 0; input < copy.Input.Count; input++)
            copy.Input[input] = Rounded(copy.Input[input]);
        if (node.OpType == "Conv" && _plan.IsInteger(node))
            Weights(node, copy);
        _graph.Node.Add(copy);
        foreach (var output in node.Output)
            Quantize(node, output);
    }

    /// <summary>
    /// Adds the addition a second time, with a range without negative values. Its operands are swapped, so that no optimizer merges the two additions.
    /// </summary>
    private void PositiveSum(NodeProto relu)
    {
        var addition = _source.Producers[relu.Input[0]].Clone();
        (addition.Input[0], addition.Input[1]) = (Rounded(addition.Input[1]), Rounded(addition.Input[0]));
        addition.Output[0] = relu.Output[0];
        addition.Name = relu.Name;
        _graph.Node.Add(addition);
        Quantize(relu, relu.Output[0]);
    }

    private void Quantize(NodeProto producer, string value)
    {
        var represented = _plan.IsInteger(producer) && _source.OnlyRelu(value) is { } relu && _plan.IsFolded(relu) ? relu.Output[0] : value;
        if (!_plan.IsQuantized(represented))
            return;
        var range = producer.OpType == "MaxPool" && _plan.IsInteger(producer) ? _rangeOf[producer.Input[0]] : _ranges[represented];
        _rangeOf[represented] = range;
        var scale = Constant($"int8/{represented}/scale", DataType.Float, [], [range.Scale]);
        var zero = Constant($"int8/{represented}/zero", DataType.Uint8, [], [range.ZeroPoint]);
        Add("QuantizeLinear", $"int8/{represented}/q", [value, scale, zero]);
        Add("DequantizeLinear", Rounded(represented), [$"int8/{represented}/q", scale, zero]);
    }

    private void Weights(NodeProto node, NodeProto copy)
    {
        var (kernel, dimensions) = _source.Constant(node.Input[1])!.Value;
        var channels = (int)dimensions[0];
        var bias = FloatGraph.HasBias(node) ? _source.Constant(node.Input[2])!.Value.Values : new float[channels];
        var input = _rangeOf[node.Input[0]];
        var weights = ChannelWeights.Quantize(kernel, bias, input.Scale);
        var name = node.Output[0];
        var scales = Constant($"int8/{name}/kernel/scale", DataType.Float, [channels], weights.Scales);
        var zeros = Constant($"int8/{name}/kernel/zero", DataType.Int8, [channels], new sbyte[channels]);
        var stored = Constant($"int8/{name}/kernel/q", DataType.Int8, dimensions, weights.Values);
        copy.Input[1] = Add("DequantizeLinear", $"int8/{name}/kernel", [stored, scales, zeros], OnnxAttribute.Int("axis", 0));
        if (!FloatGraph.HasBias(node))
            return;
        var biasScales = Constant($"int8/{name}/bias/scale", DataType.Float, [channels], Array.ConvertAll(weights.Scales, scale => scale * input.Scale));
        var biasZeros = Constant($"int8/{name}/bias/zero", DataType.Int32, [channels], new int[channels]);
        var storedBias = Constant($"int8/{name}/bias/q", DataType.Int32, [channels], weights.Bias);
        copy.Input[2] = Add("DequantizeLinear", $"int8/{name}/bias", [storedBias, biasScales, biasZeros], OnnxAttribute.Int("axis", 0));
    }

    /// <summary>The name under which a value is read after it was rounded.</summary>
    private string Rounded(string value) => _plan.IsQuantized(value) ? $"int8/{value}/rounded" : value;

    private string Add(string operation, string output, string[] inputs, params AttributeProto[] attributes)
    {
        _graph.Node.Add(new NodeProto { OpType = operation, Name = output, Input = { inputs }, Output = { output }, Attribute = { attributes } });
        return output;
    }

    private string Constant<T>(string name, DataType type, IEnumerable<long> dimensions, T[] values)
        where T : unmanaged
    {
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)type,
            Dims = { dimensions },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
        });
        return name;
    }
}
