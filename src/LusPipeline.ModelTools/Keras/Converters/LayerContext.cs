using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>The arguments of a converter: one call of one layer, its inputs, and the graph to which it adds nodes.</summary>
internal sealed class LayerContext(Conversion conversion, GraphStep step, IReadOnlyList<Value> inputs)
{
    public LayerDefinition Layer => step.Layer;

    public LayerCall Call => step.Call;

    public LayerSettings Settings => step.Layer.Settings;

    public GraphBuilder Graph => conversion.Graph;

    /// <summary>Whether the model is one of Keras' own architectures, filled from a file that holds only weights.</summary>
    public bool WeightsAlone => conversion.WeightsAlone;

    public int KerasMajor => conversion.KerasMajor;

    public IReadOnlyList<Value> Inputs => inputs;

    /// <summary>The layer's only input.</summary>
    public Value Input => inputs.Count == 1 ? inputs[0] : throw Fault($"it takes one input and gets {inputs.Count}");

    /// <summary>The layer's only input, which is an image [H,W,C].</summary>
    public Value Image => Input is { Rank: 3 } image ? image : throw Fault($"it takes images [height, width, channels] and gets {Input.Text}");

    public ImportProblemException Fault(string what) => Settings.Fault(what);

    /// <summary>Checks that channels are the last axis, as Keras on TensorFlow stores them. The other order is not supported.</summary>
    public void RequireChannelsLast()
    {
        if (Settings.Text("data_format", "channels_last") != "channels_last")
            throw Fault("its data_format is channels_first; only channels_last is supported");
    }

    /// <summary>Adds a weight as a constant.</summary>
    /// <param name="slot">The weight's name in Keras.</param>
    /// <param name="shape">The weight's shape in Keras.</param>
    /// <param name="toOnnx">Converts the weight to ONNX' layout; null if the layouts are the same.</param>
    public string Weight(string slot, ReadOnlySpan<int> shape, Func<WeightTensor, WeightTensor>? toOnnx = null)
    {
        var expected = shape.ToArray();
        return conversion.Constant(Layer, slot, () =>
        {
            var tensor = conversion.Weights.Read(Layer, slot, expected);
            return toOnnx is null ? tensor : toOnnx(tensor);
        });
    }

    public WeightTensor Read(string slot, params ReadOnlySpan<int> shape) => conversion.Weights.Read(Layer, slot, shape);

    public int[] ShapeInFile(string slot) => conversion.Weights.Shape(Layer, slot);

    /// <summary>Adds a constant that belongs to this layer.</summary>
    public string Constant(string name, Func<WeightTensor> make) => conversion.Constant(Layer, name, make);

    public string Constant(string name, float value) => Constant(name, () => new WeightTensor([value], []));

    /// <summary>Adds a node with one output, named after this layer.</summary>
    /// <param name="operation">The ONNX operator.</param>
    /// <param name="part">A sub-name for the node; empty for the layer's main node.</param>
    public string Node(string operation, string part, ReadOnlySpan<string> values, params ReadOnlySpan<AttributeProto> attributes) =>
        Graph.Add(operation, part.Length == 0 ? Layer.Place : $"{Layer.Place}/{part}", values, attributes);

    public string Reshape(string part, string value, params ReadOnlySpan<int> graphShape)
    {
        var target = new long[graphShape.Length + 1];
        target[0] = -1;
        for (var i = 0; i < graphShape.Length; i++)
        {
            target[i + 1] = graphShape[i];
        }
        return Node("Reshape", part, [value, Graph.Integers($"{Layer.Place}/{part}/shape", target)]);
    }

    /// <summary>The value with its axes in Keras' order. No data moves if the axes that change places have one element.</summary>
    public string InKerasOrder(Value value)
    {
        if (!value.IsChannelsFirst)
            return value.Name;
        var rank = value.Rank;
        if (value.Channels == 1 || value.Shape[^2] * value.Shape[^3] == 1)
            return Reshape("keras_order", value.Name, value.Shape);
        var axes = new int[rank + 1];
        for (var axis = 0; axis < rank; axis++)
        {
            axes[axis + 1] = Value.GraphAxis(axis, rank);
        }
        return Node("Transpose", "keras_order", [value.Name], OnnxAttribute.Ints("perm", axes));
    }

    /// <summary>The inverse of <see cref="InKerasOrder"/>: takes a value whose axes are in Keras' order.</summary>
    public Value FromKerasOrder(string name, int[] shape, string? mask = null)
    {
        var rank = shape.Length;
        if (rank < 3)
            return new Value(name, shape, mask);
        if (shape[^1] == 1 || shape[^2] * shape[^3] == 1)
            return new Value(Reshape("graph_order", name, Value.GraphShape(shape)), shape, mask);
        var axes = new int[rank + 1];
        for (var axis = 0; axis < rank; axis++)
        {
            axes[Value.GraphAxis(axis, rank)] = axis + 1;
        }
        return new Value(Node("Transpose", "graph_order", [name], OnnxAttribute.Ints("perm", axes)), shape, mask);
    }
}
