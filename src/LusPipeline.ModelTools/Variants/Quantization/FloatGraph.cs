using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LusPipeline.ModelTools.Onnx;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>
/// A float32 model that is to be converted: the nodes that compute and read each value, its constants, and the nodes for which int8 kernels exist.
/// </summary>
internal sealed class FloatGraph
{
    private readonly Dictionary<string, TensorProto> _initializers;

    private FloatGraph(ModelProto model)
    {
        Model = model;
        _initializers = model.Graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var node in Nodes)
        {
            foreach (var output in node.Output)
                Producers[output] = node;
            foreach (var input in node.Input)
            {
                if (!Readers.TryGetValue(input, out var readers))
                    Readers[input] = readers = [];
                readers.Add(node);
            }
        }
    }

    public ModelProto Model { get; }
    public IReadOnlyList<NodeProto> Nodes => Model.Graph.Node;
    public Dictionary<string, NodeProto> Producers { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, List<NodeProto>> Readers { get; } = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The file is not an ONNX model.</exception>
    public static FloatGraph Read(string path)
    {
        var model = OnnxFile.Read(path);
        try
        {
            return new FloatGraph(model);
        }
        catch (ArgumentException wrong)
        {
            throw new InvalidDataException($"it is not a readable ONNX model ({wrong.Message})", wrong);
        }
    }

    /// <summary>The model with other nodes and additional initializers. Parts that nothing reads are removed.</summary>
    public ModelProto ToModel(GraphProto nodes)
    {
        var model = Model.Clone();
        nodes.Name = model.Graph.Name;
        nodes.Input.AddRange(model.Graph.Input);
        nodes.Output.AddRange(model.Graph.Output);
        nodes.Initializer.AddRange(model.Graph.Initializer);
        UnreadParts.Remove(nodes);
        model.Graph = nodes;
        return model;
    }

    /// <summary>
    /// Whether the node has an int8 kernel: a convolution with constant kernel and bias, an addition of two computed values, or a maximum over windows.
    /// </summary>
    public bool HasIntegerKernel(NodeProto node) => node.OpType switch
    {
        "Conv" => Constant(node.Input[1]) is not null && (!HasBias(node) || Constant(node.Input[2]) is not null),
        "Add" => node.Input.All(Producers.ContainsKey) && node.Input.All(input => Constant(input) is null) && node.Input[0] != node.Input[1],
        "MaxPool" => node.Output.Count == 1,
        _ => false,
    };

    public static bool HasBias(NodeProto convolution) => convolution.Input.Count > 2 && convolution.Input[2].Length > 0;

    public bool IsOutput(string value) => Model.Graph.Output.Any(output => output.Name == value);

    /// <summary>The only reader of a value, if it is a Relu and the value is not an output.</summary>
    public NodeProto? OnlyRelu(string value) =>
        !IsOutput(value) && Readers.TryGetValue(value, out var readers) && readers is [{ OpType: "Relu" } relu] ? relu : null;

    /// <summary>Whether a node only converts a stored constant to float32.</summary>
    public bool IsConstant(NodeProto node) =>
        node.OpType == "Cast" && node.Attribute.Any(attribute => attribute.Name == "to" && attribute.I == (int)DataType.Float)
        && _initializers.TryGetValue(node.Input[0], out var stored)
        && (stored.DataType == (int)DataType.Float || (stored.DataType == (int)DataType.Float16 && !stored.RawData.IsEmpty));

    /// <summary>A float constant: an initializer, or one that is stored as float16 and cast. Null if the name is neither.</summary>
    public (float[] Values, IReadOnlyList<long> Dimensions)? Constant(string name)
    {
        if (Producers.TryGetValue(name, out var cast))
        {
            if (cast.OpType != "Cast")
                return null;
            name = cast.Input[0];
        }
        if (!_initializers.TryGetValue(name, out var tensor))
            return null;
        var bytes = tensor.RawData.Span;
        if (tensor.DataType == (int)DataType.Float)
            return ([.. bytes.IsEmpty ? tensor.FloatData.ToArray() : MemoryMarshal.Cast<byte, float>(bytes)], tensor.Dims);
        if (tensor.DataType != (int)DataType.Float16 || bytes.IsEmpty)
            return null;
        var values = new float[bytes.Length / 2];
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
        return (values, tensor.Dims);
    }
}
