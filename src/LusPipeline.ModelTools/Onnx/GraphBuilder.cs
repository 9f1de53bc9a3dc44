using System.Runtime.InteropServices;
using Google.Protobuf;

namespace LusPipeline.ModelTools.Onnx;

/// <summary>
/// Collects the nodes and constants of one ONNX graph (opset 17) in the order of computation. Values have text names, and each name is used once.
/// </summary>
public sealed class GraphBuilder
{
    /// <summary>The version of the operator set that is used.</summary>
    public const int Opset = 17;

    /// <summary>The version of the file format that was introduced with opset 17.</summary>
    private const int IrVersion = 8;

    /// <summary>Smallest number of elements for float16 storage. Smaller tensors save little space and lose accuracy.</summary>
    private const int Float16FromElements = 20_000;

    private readonly HashSet<string> _names;
    private readonly Dictionary<string, int> _lastNumber = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _integers = new(StringComparer.Ordinal);
    private readonly List<TensorProto> _doubles = [];

    /// <param name="outputs">The names of the graph's outputs. They are reserved: no other value gets them.</param>
    public GraphBuilder(params ReadOnlySpan<string> outputs) => _names = new HashSet<string>(outputs.ToArray(), StringComparer.Ordinal);

    public List<NodeProto> Nodes { get; } = [];

    public Dictionary<string, WeightTensor> Weights { get; } = new(StringComparer.Ordinal);

    public List<ValueInfoProto> Inputs { get; } = [];

    public List<ValueInfoProto> Outputs { get; } = [];

    /// <summary>A unique name that resembles the wanted one.</summary>
    public string Unique(string wanted)
    {
        if (_names.Add(wanted))
            return wanted;
        var number = _lastNumber.GetValueOrDefault(wanted, 1);
        string name;
        do
        {
            name = $"{wanted}_{++number}";
        }
        while (!_names.Add(name));
        _lastNumber[wanted] = number;
        return name;
    }

    /// <summary>Declares a graph input. An axis of null has no fixed size: it gets a name, and its size is known only when the model runs.</summary>
    public string Input(string name, TensorProto.Types.DataType type, string dynamicAxis, params ReadOnlySpan<int?> shape)
    {
        var unique = Unique(name);
        Inputs.Add(Describe(unique, type, dynamicAxis, shape));
        return unique;
    }

    /// <summary>Makes a computed float32 value a graph output, under a name that was reserved for it.</summary>
    public void Output(string value, string name, string dynamicAxis, params ReadOnlySpan<int?> shape) =>
        Output(value, name, TensorProto.Types.DataType.Float, dynamicAxis, shape);

    /// <summary>Makes a computed value a graph output, under a name that was reserved for it.</summary>
    public void Output(string value, string name, TensorProto.Types.DataType type, string dynamicAxis, params ReadOnlySpan<int?> shape)
    {
        Outputs.Add(Describe(name, type, dynamicAxis, shape));
        var produced = Nodes.Find(node => node.Output.Contains(value));
        if (produced is null || Outputs.Exists(output => output.Name == value))
        {
            Nodes.Add(new NodeProto { Name = name, OpType = "Identity", Input = { value }, Output = { name } });
            return;
        }
        ValueNames.Rename(Nodes, value, name);
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    public string Add(string operation, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Add(operation, name, inputs, [name], attributes)[0];

    /// <summary>Adds a node. An empty output name stands for an output that is not needed.</summary>
    public string[] Add(string operation, string name, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, ReadOnlySpan<AttributeProto> attributes)
    {
        var names = new string[outputs.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            names[i] = outputs[i].Length == 0 ? "" : Unique(outputs[i]);
        }
        var node = new NodeProto { Name = names.First(output => output.Length > 0), OpType = operation };
        node.Input.AddRange(inputs.ToArray());
        node.Output.AddRange(names);
        node.Attribute.AddRange(attributes.ToArray());
        Nodes.Add(node);
        return names;
    }

    public string Weight(string name, WeightTensor tensor)
    {
        var unique = Unique(name);
        Weights.Add(unique, tensor);
        return unique;
    }

    public string Scalar(string name, float value) => Weight(name, new WeightTensor([value], []));

    /// <summary>Adds a float64 scalar.</summary>
    public string Double(string name, double value)
    {
        var unique = Unique(name);
        _doubles.Add(new TensorProto
        {
            Name = unique,
            DataType = (int)TensorProto.Types.DataType.Double,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in value))),
        });
        return unique;
    }

    public string Integers(string name, params ReadOnlySpan<long> values) => Integers(name, [values.Length], values);

    /// <summary>Adds an integer scalar.</summary>
    public string Integer(string name, long value) => Integers(name, [], [value]);

    private string Integers(string name, ReadOnlySpan<long> dimensions, ReadOnlySpan<long> values)
    {
        var unique = Unique(name);
        _integers.Add(unique, new TensorProto
        {
            Name = unique,
            Dims = { dimensions.ToArray() },
            DataType = (int)TensorProto.Types.DataType.Int64,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        });
        return unique;
    }

    /// <summary>The values of an integer constant; null if the name is not one.</summary>
    public long[]? IntegersOf(string name) =>
        _integers.TryGetValue(name, out var tensor) ? MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray() : null;

    /// <summary>Writes the model. It needs little memory beyond the weights.</summary>
    public void Write(Stream stream, string graphName, WeightStorage storage, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "LusPipeline",
            Graph = new GraphProto { Name = graphName },
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
        };
        foreach (var (key, value) in metadata)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
        model.Graph.Input.AddRange(Inputs);
        model.Graph.Output.AddRange(Outputs);

        var read = Nodes.SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
        model.Graph.Initializer.AddRange(_integers.Values.Concat(_doubles).Where(tensor => read.Contains(tensor.Name)));
        foreach (var (name, tensor) in Weights.Where(weight => read.Contains(weight.Key)))
        {
            if (storage == WeightStorage.Float16 && tensor.Values.Length >= Float16FromElements)
            {
                var stored = Unique(name + "/float16");
                model.Graph.Initializer.Add(tensor.ToProto(stored, WeightStorage.Float16));
                model.Graph.Node.Add(new NodeProto
                {
                    Name = name,
                    OpType = "Cast",
                    Input = { stored },
                    Output = { name },
                    Attribute = { OnnxAttribute.Int("to", (int)TensorProto.Types.DataType.Float) },
                });
            }
            else
            {
                model.Graph.Initializer.Add(tensor.ToProto(name, WeightStorage.Float32));
            }
        }
        model.Graph.Node.AddRange(Nodes);
        model.WriteTo(stream);
    }

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, string dynamicAxis, ReadOnlySpan<int?> shape)
    {
        var described = new TensorShapeProto();
        foreach (var axis in shape)
        {
            described.Dim.Add(axis is { } known
                ? new TensorShapeProto.Types.Dimension { DimValue = known }
                : new TensorShapeProto.Types.Dimension { DimParam = dynamicAxis });
        }
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = described } },
        };
    }
}
