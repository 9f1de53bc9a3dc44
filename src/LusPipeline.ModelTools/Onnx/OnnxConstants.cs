using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Onnx;

/// <summary>The constants of an ONNX graph, including those that are stored as float16 and cast.</summary>
public sealed class OnnxConstants
{
    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);

    public OnnxConstants(GraphProto graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        foreach (var tensor in graph.Initializer)
            _tensors.TryAdd(tensor.Name, tensor);
        foreach (var node in graph.Node)
        {
            if (node is { OpType: "Constant", Output: [var name] } && node.Attribute.FirstOrDefault(attribute => attribute.Name == "value")?.T is { } value)
                _tensors.TryAdd(name, value);
            if (node.OpType == "Cast" && node.Input is [var stored] && node.Output is [var cast] && _tensors.TryGetValue(stored, out var tensor))
                _tensors.TryAdd(cast, tensor);
        }
    }

    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <exception cref="InvalidDataException">There is no such constant, it is not of floats, or it has another number of axes.</exception>
    public WeightTensor Floats(string name, int rank) =>
        _tensors.TryGetValue(name, out var tensor) && tensor.Dims.Count == rank ? Floats(name) : throw new InvalidDataException($"'{name}' is not a constant of {rank} axes.");

    /// <exception cref="InvalidDataException">There is no such constant, or it is not of floats.</exception>
    public WeightTensor Floats(string name)
    {
        if (!_tensors.TryGetValue(name, out var tensor) || tensor.Dims.Any(size => size is < 1 or > int.MaxValue))
            throw new InvalidDataException($"'{name}' is not a constant.");
        var type = (DataType)tensor.DataType;
        if (type is not (DataType.Float or DataType.Float16))
            throw new InvalidDataException($"'{name}' is {type}; only float32 and float16 can be read.");
        int[] shape = [.. tensor.Dims.Select(size => (int)size)];
        Int128 count = 1;
        foreach (var size in shape)
            count *= size;
        var raw = tensor.RawData.Span;
        if (raw.IsEmpty && type == DataType.Float && tensor.FloatData.Count == count)
            return new WeightTensor([.. tensor.FloatData], shape);
        if (raw.Length != count * (type == DataType.Float ? sizeof(float) : sizeof(ushort)))
            throw new InvalidDataException($"'{name}' has {raw.Length} bytes, which are not its shape's.");
        var weights = new WeightTensor(shape);
        if (type == DataType.Float)
            raw.CopyTo(MemoryMarshal.AsBytes(weights.Values));
        else
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(raw), weights.Values);
        return weights;
    }

    /// <summary>The integers of a constant; null if the name is not an integer constant.</summary>
    public long[]? Integers(string name) =>
        _tensors.TryGetValue(name, out var tensor) && tensor.DataType == (int)DataType.Int64
            ? tensor.RawData.IsEmpty ? [.. tensor.Int64Data] : tensor.RawData.Length % sizeof(long) == 0 ? MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray() : null
            : null;
}
