using System.Globalization;
using LusPipeline.ModelTools.Onnx;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.Training.Gradients;

/// <summary>
/// An ONNX graph in which the shape of every value is known, so that gradients of broadcasts can be reduced. Each method adds one node of
/// ONNX' opset 17 and returns its output. Names of operators and attributes are ONNX'.
/// </summary>
/// <param name="type">The element type of all values: float32, or float64 to test gradients.</param>
/// <param name="outputs">The names of the graph's outputs.</param>
internal sealed class TensorGraph(DataType type, params string[] outputs)
{
    private readonly GraphBuilder _builder = new(outputs);
    private readonly Dictionary<string, int[]> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<double, Tensor> _scalars = [];

    /// <summary>The nodes in the order of computation.</summary>
    public IReadOnlyList<NodeProto> Nodes => _builder.Nodes;

    /// <summary>Returns a value of this graph by its name.</summary>
    public Tensor this[string name] => new(name, _shapes[name]);

    public Tensor Input(string name, params ReadOnlySpan<int> shape)
    {
        var sizes = new int?[shape.Length];
        for (var axis = 0; axis < shape.Length; axis++)
            sizes[axis] = shape[axis] < 0 ? null : shape[axis];
        return Known(_builder.Input(name, type, "B", sizes), shape.ToArray());
    }

    /// <summary>Adds a float32 constant.</summary>
    public Tensor Weight(string name, WeightTensor weight) => Known(_builder.Weight(name, weight), weight.Dimensions);

    public Tensor Scalar(double value)
    {
        if (!_scalars.TryGetValue(value, out var scalar))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"constant/{value}");
            scalar = Known(type == DataType.Double ? _builder.Double(name, value) : _builder.Scalar(name, (float)value), []);
            _scalars.Add(value, scalar);
        }
        return scalar;
    }

    /// <summary>Makes a value an output of the graph. The name is one of those that were given to the constructor.</summary>
    public void Output(Tensor value, string name)
    {
        // A node of its own keeps the value's name, which other nodes and this graph know.
        var sizes = new int?[value.Rank];
        for (var axis = 0; axis < value.Rank; axis++)
            sizes[axis] = value.Shape[axis] < 0 ? null : value.Shape[axis];
        _builder.Output(_builder.Add("Identity", name + "/value", [value.Name]), name, type, "B", sizes);
    }

    /// <summary>Serialises the graph as an ONNX model.</summary>
    public byte[] ToModel(string name, params ReadOnlySpan<KeyValuePair<string, string>> metadata)
    {
        using var stream = new MemoryStream();
        _builder.Write(stream, name, WeightStorage.Float32, metadata.ToArray());
        return stream.ToArray();
    }

    public Tensor Add(Tensor a, Tensor b) => Broadcast("Add", a, b);

    public Tensor Sub(Tensor a, Tensor b) => Broadcast("Sub", a, b);

    public Tensor Mul(Tensor a, Tensor b) => Broadcast("Mul", a, b);

    public Tensor Div(Tensor a, Tensor b) => Broadcast("Div", a, b);

    /// <summary>The smaller of two values, element by element.</summary>
    public Tensor Min(Tensor a, Tensor b) => Broadcast("Min", a, b);

    public Tensor Sigmoid(Tensor x) => Elementwise("Sigmoid", x);

    public Tensor Tanh(Tensor x) => Elementwise("Tanh", x);

    public Tensor Relu(Tensor x) => Elementwise("Relu", x);

    public Tensor Neg(Tensor x) => Elementwise("Neg", x);

    public Tensor Exp(Tensor x) => Elementwise("Exp", x);

    public Tensor Log(Tensor x) => Elementwise("Log", x);

    public Tensor Sqrt(Tensor x) => Elementwise("Sqrt", x);

    /// <summary>-1, 0 or 1.</summary>
    public Tensor Sign(Tensor x) => Elementwise("Sign", x);

    /// <summary>Softmax over the last axis.</summary>
    public Tensor Softmax(Tensor x) => Node("Softmax", x.Shape, [x], OnnxAttribute.Int("axis", -1));

    /// <summary>The logarithm of the softmax over the last axis.</summary>
    public Tensor LogSoftmax(Tensor x) => Node("LogSoftmax", x.Shape, [x], OnnxAttribute.Int("axis", -1));

    /// <summary>1 where two values of one shape are equal, otherwise 0.</summary>
    public Tensor Equal(Tensor a, Tensor b) => Node(
        "Cast", a.Shape, [Broadcast("Equal", a, b)], OnnxAttribute.Int("to", (int)type));

    /// <summary>The product of matrices [M, K] and [K, N], each transposed first if that is asked for.</summary>
    public Tensor Gemm(Tensor a, Tensor b, Tensor? c = null, bool transposeA = false, bool transposeB = false)
    {
        var (rows, inner) = transposeA ? (a.Shape[1], a.Shape[0]) : (a.Shape[0], a.Shape[1]);
        var (other, columns) = transposeB ? (b.Shape[1], b.Shape[0]) : (b.Shape[0], b.Shape[1]);
        if (inner != other)
            throw new ArgumentException($"A product of [{rows}, {inner}] and [{other}, {columns}] does not exist.", nameof(b));
        return Node(
            "Gemm",
            [rows, columns],
            c is { } added ? [a, b, added] : [a, b],
            OnnxAttribute.Int("transA", transposeA ? 1 : 0),
            OnnxAttribute.Int("transB", transposeB ? 1 : 0));
    }

    /// <summary>The products of stacks of matrices. Axes before the last two are broadcast.</summary>
    public Tensor MatMul(Tensor a, Tensor b)
    {
        if (a.Rank < 2 || b.Rank < 2 || a.Shape[^1] != b.Shape[^2])
            throw new ArgumentException($"A product of [{Text(a.Shape)}] and [{Text(b.Shape)}] does not exist.", nameof(b));
        return Node("MatMul", [.. Broadcast(a.Shape[..^2], b.Shape[..^2]), a.Shape[^2], b.Shape[^1]], [a, b]);
    }

    public Tensor Transpose(Tensor x, params ReadOnlySpan<int> axes)
    {
        var shape = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++)
            shape[i] = x.Shape[axes[i]];
        return Node("Transpose", shape, [x], OnnxAttribute.Ints("perm", axes));
    }

    /// <summary>Exchanges the last two axes.</summary>
    public Tensor TransposeLast(Tensor x) => Transpose(x, [.. Enumerable.Range(0, x.Rank - 2), x.Rank - 1, x.Rank - 2]);

    public Tensor Reshape(Tensor x, params ReadOnlySpan<int> shape) => Node("Reshape", shape.ToArray(), [x, Sizes(shape)]);

    public Tensor Squeeze(Tensor x, int axis) => Node("Squeeze", [.. x.Shape[..axis], .. x.Shape[(axis + 1)..]], [x, Sizes(axis)]);

    public Tensor Expand(Tensor x, params ReadOnlySpan<int> shape) => Node("Expand", shape.ToArray(), [x, Sizes(shape)]);

    public Tensor Concat(int axis, params IReadOnlyList<Tensor> parts)
    {
        if (parts is [var only])
            return only;
        int[] shape = [.. parts[0].Shape];
        shape[axis] = parts.Sum(part => part.Shape[axis]);
        return Node("Concat", shape, [.. parts], OnnxAttribute.Int("axis", axis));
    }

    /// <summary>Cuts a value into parts of the given sizes.</summary>
    public Tensor[] Split(Tensor x, int axis, params ReadOnlySpan<int> sizes)
    {
        var names = new string[sizes.Length];
        Array.Fill(names, "split");
        names = _builder.Add("Split", "split", [x.Name, Sizes(sizes).Name], names, [OnnxAttribute.Int("axis", axis)]);
        var parts = new Tensor[sizes.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            int[] shape = [.. x.Shape];
            shape[axis] = sizes[i];
            parts[i] = Known(names[i], shape);
        }
        return parts;
    }

    /// <summary>Takes the elements from <paramref name="start"/> up to, without, <paramref name="end"/> of one axis.</summary>
    public Tensor Slice(Tensor x, int axis, int start, int end)
    {
        int[] shape = [.. x.Shape];
        shape[axis] = end - start;
        return Node("Slice", shape, [x, Sizes(start), Sizes(end), Sizes(axis)]);
    }

    /// <summary>Puts zeros before and behind the elements of one axis.</summary>
    public Tensor Pad(Tensor x, int axis, int before, int behind)
    {
        var pads = new int[2 * x.Rank];
        (pads[axis], pads[x.Rank + axis]) = (before, behind);
        int[] shape = [.. x.Shape];
        shape[axis] += before + behind;
        return Node("Pad", shape, [x, Sizes(pads)]);
    }

    public Tensor ReduceSum(Tensor x, ReadOnlySpan<int> axes, bool keep = false) =>
        Node("ReduceSum", Reduced(x.Shape, axes, keep), [x, Sizes(axes)], OnnxAttribute.Int("keepdims", keep ? 1 : 0));

    public Tensor ReduceMean(Tensor x, ReadOnlySpan<int> axes, bool keep = false) => Reduce("ReduceMean", x, axes, keep);

    public Tensor ReduceMax(Tensor x, ReadOnlySpan<int> axes, bool keep = false) => Reduce("ReduceMax", x, axes, keep);

    /// <summary>The sum of all squares, a scalar.</summary>
    public Tensor SumOfSquares(Tensor x) => Node("ReduceSumSquare", [], [x], OnnxAttribute.Int("keepdims", 0));

    /// <summary>Layer normalisation over the last axis.</summary>
    public Tensor LayerNormalization(Tensor x, Tensor scale, Tensor bias, float epsilon) => Node(
        "LayerNormalization", x.Shape, [x, scale, bias], OnnxAttribute.Int("axis", -1), OnnxAttribute.Float("epsilon", epsilon));

    public Tensor Zeros(params ReadOnlySpan<int> shape) => Expand(Scalar(0), shape);

    /// <summary>Adds a node whose shape the caller knows. An empty input name stands for an input that is left out.</summary>
    /// <param name="output">Which output of the node is used, from 0.</param>
    public Tensor Custom(string operation, ReadOnlySpan<int> shape, ReadOnlySpan<string> inputs, int output, params ReadOnlySpan<AttributeProto> attributes)
    {
        var names = new string[output + 1];
        Array.Fill(names, "");
        names[output] = operation;
        return Known(_builder.Add(operation, operation, inputs, names, attributes)[output], shape.ToArray());
    }

    /// <summary>The values of an integer constant, for example a node's axes.</summary>
    public int[] IntegersOf(string name) => [.. _builder.IntegersOf(name)!.Select(value => (int)value)];

    private Tensor Sizes(params ReadOnlySpan<int> sizes)
    {
        var values = new long[sizes.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = sizes[i];
        return new(_builder.Integers("sizes", values), [values.Length]);
    }

    private Tensor Reduce(string operation, Tensor x, ReadOnlySpan<int> axes, bool keep) =>
        Node(operation, Reduced(x.Shape, axes, keep), [x], OnnxAttribute.Ints("axes", axes), OnnxAttribute.Int("keepdims", keep ? 1 : 0));

    private static int[] Reduced(int[] shape, ReadOnlySpan<int> axes, bool keep)
    {
        var sizes = new List<int>();
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (!axes.Contains(axis))
                sizes.Add(shape[axis]);
            else if (keep)
                sizes.Add(1);
        }
        return [.. sizes];
    }

    private Tensor Elementwise(string operation, Tensor x) => Node(operation, x.Shape, [x]);

    private Tensor Broadcast(string operation, Tensor a, Tensor b) => Node(operation, Broadcast(a.Shape, b.Shape), [a, b]);

    private static int[] Broadcast(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var (left, right) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            shape[^i] = left == right || right == 1 ? left
                : left == 1 ? right
                : throw new ArgumentException($"[{Text(a)}] and [{Text(b)}] cannot be combined.", nameof(b));
        }
        return shape;
    }

    private Tensor Node(string operation, int[] shape, ReadOnlySpan<Tensor> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var names = new string[inputs.Length];
        for (var i = 0; i < names.Length; i++)
            names[i] = inputs[i].Name;
        return Known(_builder.Add(operation, operation, names, attributes), shape);
    }

    private Tensor Known(string name, int[] shape)
    {
        _shapes.Add(name, shape);
        return new(name, shape);
    }

    private static string Text(int[] shape) => string.Join(", ", shape);
}
