using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>Writes a graph again with float16 values according to the plan, and with casts between float16 and float32.</summary>
internal sealed class HalfGraphWriter
{
    /// <summary>Prefix of the names of float16 values.</summary>
    internal const string Prefix = "fp16/";

    private readonly FloatGraph _source;
    private readonly GraphValues _values;
    private readonly HalfPlan _plan;
    private readonly GraphProto _graph = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    private HalfGraphWriter(FloatGraph source, GraphValues values, HalfPlan plan) => (_source, _values, _plan) = (source, values, plan);

    public static ModelProto Write(FloatGraph source, GraphValues values, HalfPlan plan)
    {
        var writer = new HalfGraphWriter(source, values, plan);
        foreach (var node in source.Nodes)
            writer.Node(node);
        foreach (var output in source.Model.Graph.Output)
            writer.AsFloat(output.Name);
        return source.ToModel(writer._graph);
    }

    private void Node(NodeProto node)
    {
        var copy = node.Clone();
        var half = _plan.IsHalf(node);
        for (var input = 0; input < copy.Input.Count; input++)
            copy.Input[input] = half ? AsHalf(node.Input[input]) : AsFloat(node.Input[input]);
        for (var output = 0; half && output < copy.Output.Count; output++)
        {
            if (_values.IsFloat(node.Output[output]))
                copy.Output[output] = Half(node.Output[output]);
        }
        _graph.Node.Add(copy);
    }

    /// <summary>The name under which a float32 node reads a value.</summary>
    private string AsFloat(string value)
    {
        if (_plan.IsHalf(value) && _written.Add(value))
            Cast(Half(value), value, DataType.Float);
        return value;
    }

    /// <summary>The name under which a float16 node reads a value. Integers keep their type.</summary>
    private string AsHalf(string value)
    {
        if (_plan.IsHalf(value))
            return Half(value);
        if (value.Length == 0)
            return value;
        if (_source.Constant(value) is { } constant)
        {
            if (_written.Add(Half(value)))
                _graph.Initializer.Add(Store(Half(value), constant.Values, constant.Dimensions));
            return Half(value);
        }
        if (!_values.IsFloat(value))
            return value;
        if (_written.Add(Half(value)))
            Cast(value, Half(value), DataType.Float16);
        return Half(value);
    }

    private void Cast(string from, string to, DataType type) =>
        _graph.Node.Add(new NodeProto { OpType = "Cast", Name = to + "/cast", Input = { from }, Output = { to }, Attribute = { OnnxAttribute.Int("to", (int)type) } });

    private static TensorProto Store(string name, float[] values, IEnumerable<long> dimensions)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return new() { Name = name, DataType = (int)DataType.Float16, Dims = { dimensions }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(halves.AsSpan())) };
    }

    private static string Half(string value) => Prefix + value;
}
