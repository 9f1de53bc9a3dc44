using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>What a converter gets: one call of one layer, its inputs, and the graph to add to.</summary>
internal sealed class LayerContext(Conversion conversion, GraphStep step, IReadOnlyList<Value> inputs)
{
    public LayerDefinition Layer => step.Layer;

    public LayerCall Call => step.Call;

    public LayerSettings Settings => step.Layer.Settings;

    public GraphBuilder Graph => conversion.Graph;

    /// <summary>The model is an architecture of Keras' own, filled from a file of weights alone.</summary>
    public bool WeightsAlone => conversion.WeightsAlone;

    public int KerasMajor => conversion.KerasMajor;

    public IReadOnlyList<Value> Inputs => inputs;

    /// <summary>The only input.</summary>
    public Value Input => inputs.Count == 1 ? inputs[0] : throw Fault($"it takes one input and gets {inputs.Count}");

    /// <summary>The only input, an image [H,W,C].</summary>
    public Value Image => Input is { Rank: 3 } image ? image : throw Fault($"it takes images [height, width, channels] and gets {Input.Text}");

    public ImportProblemException Fault(string what) => Settings.Fault(what);

    /// <summary>Channels stand last in what TensorFlow's Keras makes; the other order is not supported.</summary>
    public void RequireChannelsLast()
    {
        if (Settings.Text("data_format", "channels_last") != "channels_last")
            throw Fault("its data_format is channels_first; only channels_last is supported");
    }

    /// <summary>A weight as a constant.</summary>
    /// <param name="slot">Keras' name of it.</param>
    /// <param name="shape">Its shape in Keras.</param>
    /// <param name="toOnnx">How it changes into ONNX' form; null when it does not.</param>
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

    /// <summary>A constant that belongs to this layer.</summary>
    public string Constant(string name, Func<WeightTensor> make) => conversion.Constant(Layer, name, make);

    public string Constant(string name, float value) => Constant(name, () => new WeightTensor([value], []));

    /// <summary>A node named after this layer, with one output.</summary>
    /// <param name="operation">ONNX' operator.</param>
    /// <param name="part">What it is of the layer; empty for the layer's main node.</param>
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

    /// <summary>The value with its axes in Keras' order. Free where the axes that move past each other have one element.</summary>
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

    /// <summary>The other way round: a value whose axes are in Keras' order.</summary>
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
