using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Inference;

namespace LusPipeline.Training.Gradients;

/// <summary>
/// Reads a head's ONNX graph into a <see cref="TensorGraph"/>, whose operators have gradients. Recurrent layers are unrolled over the frames
/// (<see cref="RecurrentImport"/>); all other operators become themselves.
/// </summary>
internal sealed class HeadImport
{
    private readonly TensorGraph _graph;
    private readonly OnnxConstants _constants;
    private readonly Dictionary<string, Tensor> _values = new(StringComparer.Ordinal);

    private HeadImport(TensorGraph graph, GraphProto head)
    {
        _graph = graph;
        _constants = new OnnxConstants(head);
    }

    /// <param name="graph">The graph to which the head's operators are added.</param>
    /// <param name="head">The head's graph: features [B,T,D] in, probabilities [B,3] out.</param>
    /// <param name="features">The features, [B,T,D] with a fixed B.</param>
    /// <returns>
    /// The probabilities [B,3], and the scores before their softmax [B,3]: the input of the graph's last softmax. A graph that ends otherwise has the logarithms of
    /// its probabilities as scores, of which the probabilities are the softmax, too.
    /// </returns>
    /// <exception cref="NotSupportedException">An operator, or how it is used, is not supported; the message names it.</exception>
    /// <exception cref="InvalidDataException">A constant is damaged.</exception>
    public static (Tensor Probabilities, Tensor Scores) Add(TensorGraph graph, GraphProto head, Tensor features)
    {
        var import = new HeadImport(graph, head);
        import._values.Add(OnnxContract.Features, features);
        foreach (var node in head.Node.Where(node => !node.Output.Any(import._constants.Has)))
            import.Add(node);
        var probabilities = import.Value(OnnxContract.Probabilities);
        var last = Producer(head, OnnxContract.Probabilities);
        while (last is { OpType: "Identity" })
            last = Producer(head, last.Input[0]);
        return (probabilities, last is { OpType: "Softmax" } ? import.Value(last.Input[0]) : graph.Log(probabilities));
    }

    private static NodeProto? Producer(GraphProto head, string value) => head.Node.FirstOrDefault(node => node.Output.Contains(value));

    private void Add(NodeProto node)
    {
        var at = new ImportedNode(_graph, node, _constants, Value);
        if (node.OpType is "LSTM" or "GRU")
        {
            var outputs = node.OpType == "LSTM" ? RecurrentImport.Lstm(at) : RecurrentImport.Gru(at);
            for (var output = 0; output < node.Output.Count; output++)
            {
                if (node.Output[output].Length > 0)
                    _values.Add(node.Output[output], outputs[output]);
            }
        }
        else if (node.OpType == "Split")
        {
            var parts = Split(at);
            for (var output = 0; output < parts.Length; output++)
                _values.Add(node.Output[output], parts[output]);
        }
        else
        {
            _values.Add(node.Output[0], Compute(at));
        }
    }

    private Tensor Compute(ImportedNode at) => at.Operation switch
    {
        "Identity" or "Dropout" => at[0],
        "Cast" when at.Int("to", 0) == (int)TensorProto.Types.DataType.Float => at[0],
        "Add" => _graph.Add(at[0], at[1]),
        "Sub" => _graph.Sub(at[0], at[1]),
        "Mul" => _graph.Mul(at[0], at[1]),
        "Div" => _graph.Div(at[0], at[1]),
        "Sum" => Sum(at),
        "Mean" => _graph.Mul(Sum(at), _graph.Scalar(1.0 / at.Inputs)),
        "Neg" => _graph.Neg(at[0]),
        "Relu" => _graph.Relu(at[0]),
        "Sigmoid" => _graph.Sigmoid(at[0]),
        "Tanh" => _graph.Tanh(at[0]),
        "Exp" => _graph.Exp(at[0]),
        "Log" => _graph.Log(at[0]),
        "Sqrt" => _graph.Sqrt(at[0]),
        "Softmax" => _graph.Softmax(OverLast(at)),
        "LogSoftmax" => _graph.LogSoftmax(OverLast(at)),
        "LayerNormalization" when at.Inputs == 3 => _graph.LayerNormalization(OverLast(at), at[1], at[2], at.Float("epsilon", 1e-5f)),
        "Gemm" when at.Float("alpha", 1) == 1 && at.Float("beta", 1) == 1 =>
            _graph.Gemm(at[0], at[1], at.Has(2) ? at[2] : null, at.Int("transA", 0) == 1, at.Int("transB", 0) == 1),
        "MatMul" when at[0].Rank >= 2 && at[1].Rank >= 2 => _graph.MatMul(at[0], at[1]),
        "Transpose" => _graph.Transpose(at[0], at.Ints("perm") ?? [.. Enumerable.Range(0, at[0].Rank).Reverse()]),
        "Concat" => _graph.Concat(Axis(at.Int("axis", 0), at[0].Rank), [.. Enumerable.Range(0, at.Inputs).Select(input => at[input])]),
        "Slice" => Slice(at),
        "Reshape" => Reshape(at),
        "Flatten" => Flatten(at),
        "Squeeze" => Squeeze(at),
        "Unsqueeze" => Unsqueeze(at),
        "ReduceMean" => _graph.ReduceMean(at[0], Axes(at), Keeps(at)),
        "ReduceSum" => _graph.ReduceSum(at[0], Axes(at), Keeps(at)),
        "ReduceMax" => _graph.ReduceMax(at[0], Axes(at), Keeps(at)),
        _ => throw at.Unsupported(),
    };

    private Tensor Sum(ImportedNode at) => Enumerable.Range(1, at.Inputs - 1).Aggregate(at[0], (sum, input) => _graph.Add(sum, at[input]));

    private static Tensor OverLast(ImportedNode at) => Axis(at.Int("axis", -1), at[0].Rank) == at[0].Rank - 1 ? at[0] : throw at.Unsupported();

    private Tensor[] Split(ImportedNode at)
    {
        var axis = Axis(at.Int("axis", 0), at[0].Rank);
        var size = at[0].Shape[axis];
        var sizes = at.Ints("split") ?? at.Constant(1) ?? [.. Enumerable.Repeat(size / at.Outputs, at.Outputs)];
        return sizes.Length == at.Outputs && sizes.Sum() == size ? _graph.Split(at[0], axis, sizes) : throw at.Unsupported();
    }

    private Tensor Slice(ImportedNode at)
    {
        if (at.Constant(1) is not { } from || at.Constant(2) is not { } to || at.Constant(4) is { } steps && steps.Any(step => step != 1))
            throw at.Unsupported();
        var axes = at.Constant(3) ?? [.. Enumerable.Range(0, from.Length)];
        var value = at[0];
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = Axis(axes[i], value.Rank);
            var size = value.Shape[axis];
            value = _graph.Slice(value, axis, Within(from[i], size), Within(to[i], size));
        }
        return value;

        static int Within(int place, int size) => Math.Clamp(place < 0 ? place + size : place, 0, size);
    }

    private Tensor Reshape(ImportedNode at)
    {
        if (at.Constant(1) is not { } wanted || at.Int("allowzero", 0) != 0)
            throw at.Unsupported();
        int[] shape = [.. wanted.Select((size, axis) => size == 0 ? at[0].Shape[axis] : size)];
        if (Array.IndexOf(shape, -1) is >= 0 and var open)
            shape[open] = Count(at[0].Shape) / Count([.. shape.Where(size => size != -1)]);
        return Count(shape) == Count(at[0].Shape) ? _graph.Reshape(at[0], shape) : throw at.Unsupported();
    }

    private Tensor Flatten(ImportedNode at)
    {
        var axis = Axis(at.Int("axis", 1), at[0].Rank);
        return _graph.Reshape(at[0], Count(at[0].Shape[..axis]), Count(at[0].Shape[axis..]));
    }

    private Tensor Squeeze(ImportedNode at)
    {
        var shape = at[0].Shape;
        int[] axes = (at.Ints("axes") ?? at.Constant(1)) is { } given
            ? [.. given.Select(axis => Axis(axis, shape.Length))]
            : [.. Enumerable.Range(0, shape.Length).Where(axis => shape[axis] == 1)];
        return _graph.Reshape(at[0], [.. shape.Where((_, axis) => !axes.Contains(axis))]);
    }

    private Tensor Unsqueeze(ImportedNode at)
    {
        if ((at.Ints("axes") ?? at.Constant(1)) is not { } given)
            throw at.Unsupported();
        var rank = at[0].Rank + given.Length;
        var axes = given.Select(axis => Axis(axis, rank)).ToHashSet();
        var sizes = new Queue<int>(at[0].Shape);
        return _graph.Reshape(at[0], [.. Enumerable.Range(0, rank).Select(axis => axes.Contains(axis) ? 1 : sizes.Dequeue())]);
    }

    private static int[] Axes(ImportedNode at) => (at.Ints("axes") ?? at.Constant(1)) is { Length: > 0 } given
        ? [.. given.Select(axis => Axis(axis, at[0].Rank))]
        : [.. Enumerable.Range(0, at[0].Rank)];

    private static bool Keeps(ImportedNode at) => at.Int("keepdims", 1) == 1;

    private static int Axis(int axis, int rank) => axis < 0 ? axis + rank : axis;

    private static int Count(int[] shape) => shape.Aggregate(1, (product, size) => checked(product * size));

    private Tensor Value(string name)
    {
        if (!_values.TryGetValue(name, out var value))
        {
            if (!_constants.Has(name))
                throw new NotSupportedException($"There is no rule for the value '{name}', which is not of floating point or not computed by an operator with a rule.");
            value = _graph.Weight(name, _constants.Floats(name));
            _values.Add(name, value);
        }
        return value;
    }
}
