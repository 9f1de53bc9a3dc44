using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.Training.Gradients;

/// <summary>
/// Unrolls ONNX' recurrent layers over the frames into operators that have gradients. Equations, order of gates and layouts are those of the ONNX operators LSTM
/// (gates i, o, f, c) and GRU (gates z, r, h) of opset 14.
/// </summary>
internal static class RecurrentImport
{
    /// <returns>Y [T, directions, B, units], the last states [directions, B, units], and the last cells [directions, B, units].</returns>
    public static Tensor[] Lstm(ImportedNode at)
    {
        var layer = new Layer(at, gates: 4, functions: ["Sigmoid", "Tanh", "Tanh"]);
        var (graph, units) = (at.Graph, layer.Units);
        var runs = layer.Directions.Select(direction =>
        {
            var bias = direction.Bias is { } both ? graph.Weight("bias", Total(both)) : (Tensor?)null;
            var recurrent = graph.Weight("recurrent", direction.Recurrent);
            var inputs = layer.Inputs(direction, bias);
            Tensor? state = null, cell = null;
            return layer.Run(direction, inputs, gates =>
            {
                if (state is { } before)
                    gates = graph.Gemm(before, recurrent, gates, transposeB: true);
                var parts = graph.Split(gates, 1, units, units, units, units);
                var next = graph.Mul(Apply(graph, direction.Functions[0], parts[0]), Apply(graph, direction.Functions[1], parts[3]));
                if (cell is { } kept)
                    next = graph.Add(graph.Mul(Apply(graph, direction.Functions[0], parts[2]), kept), next);
                cell = next;
                state = graph.Mul(Apply(graph, direction.Functions[0], parts[1]), Apply(graph, direction.Functions[2], next));
                return (state.Value, next);
            });
        }).ToArray();
        return layer.Outputs(runs);
    }

    /// <returns>Y [T, directions, B, units], and the last states [directions, B, units].</returns>
    public static Tensor[] Gru(ImportedNode at)
    {
        var layer = new Layer(at, gates: 3, functions: ["Sigmoid", "Tanh"]);
        var (graph, units) = (at.Graph, layer.Units);
        var behindProduct = at.Int("linear_before_reset", 0) != 0;
        var runs = layer.Directions.Select(direction =>
        {
            var (inputBias, stateBias) = direction.Bias is { } both ? Halves(both) : (new WeightTensor(new float[3 * units], 3 * units), new WeightTensor(new float[3 * units], 3 * units));
            var recurrent = graph.Weight("recurrent", direction.Recurrent);
            var behind = graph.Weight("state_bias", stateBias);
            var inputs = layer.Inputs(direction, graph.Weight("bias", inputBias));
            var candidates = graph.Slice(recurrent, 0, 2 * units, 3 * units);
            var candidateBias = graph.Slice(behind, 0, 2 * units, 3 * units);
            var state = graph.Zeros(layer.Clips, units);
            return layer.Run(direction, inputs, gates =>
            {
                var x = graph.Split(gates, 1, units, units, units);
                var s = graph.Split(graph.Gemm(state, recurrent, behind, transposeB: true), 1, units, units, units);
                var update = Apply(graph, direction.Functions[0], graph.Add(x[0], s[0]));
                var reset = Apply(graph, direction.Functions[0], graph.Add(x[1], s[1]));
                var recalled = behindProduct ? graph.Mul(reset, s[2]) : graph.Gemm(graph.Mul(reset, state), candidates, candidateBias, transposeB: true);
                var candidate = Apply(graph, direction.Functions[1], graph.Add(x[2], recalled));
                state = graph.Add(candidate, graph.Mul(update, graph.Sub(state, candidate)));
                return (state, state);
            });
        }).ToArray();
        return layer.Outputs(runs)[..2];
    }

    private static Tensor Apply(TensorGraph graph, string function, Tensor x) => function switch
    {
        "Sigmoid" => graph.Sigmoid(x),
        "Tanh" => graph.Tanh(x),
        "Relu" => graph.Relu(x),
        _ => throw new NotSupportedException($"There is no gradient rule for the activation {function} of a recurrent layer."),
    };

    /// <summary>The sum of the biases of input and state.</summary>
    private static WeightTensor Total(WeightTensor both)
    {
        var (inputs, states) = Halves(both);
        for (var i = 0; i < inputs.Values.Length; i++)
            inputs.Values[i] += states.Values[i];
        return inputs;
    }

    private static (WeightTensor Input, WeightTensor State) Halves(WeightTensor both)
    {
        var half = both.Values.Length / 2;
        return (new WeightTensor(both.Values[..half], half), new WeightTensor(both.Values[half..], half));
    }

    /// <summary>One direction's weights: W [gates·units, D], R [gates·units, units], both biases [2·gates·units].</summary>
    private sealed record Direction(WeightTensor Kernel, WeightTensor Recurrent, WeightTensor? Bias, bool Backwards, IReadOnlyList<string> Functions);

    /// <summary>The states of one direction, in the order of the frames, each [B, units], and the last cell.</summary>
    private sealed record Steps(Tensor[] States, Tensor Last, Tensor Cell);

    private sealed class Layer
    {
        private readonly ImportedNode _at;
        private readonly int _frames;

        public Layer(ImportedNode at, int gates, IReadOnlyList<string> functions)
        {
            _at = at;
            var directions = at.Text("direction", "forward") switch { "forward" => (false, 1), "reverse" => (true, 1), "bidirectional" => (false, 2), _ => throw at.Unsupported() };
            var kernel = at.Weight(1, 3);
            var recurrent = at.Weight(2, 3);
            var bias = at.Has(3) ? at.Weight(3, 2) : null;
            Units = recurrent.Dimensions[2];
            // Masks, starting states and peepholes, a clip of the gates, and batch-first layouts.
            var plain = !at.Has(4) && !at.Has(5) && !at.Has(6) && !at.Has(7) && at.Float("clip", 0) == 0 && at.Int("layout", 0) == 0 && at.Int("input_forget", 0) == 0;
            if (!plain || at[0].Rank != 3 || kernel.Dimensions[0] != directions.Item2 || kernel.Dimensions[1] != gates * Units || kernel.Dimensions[2] != at[0].Width)
                throw at.Unsupported();
            (_frames, Clips) = (at[0].Shape[0], at[0].Shape[1]);
            var named = at.Texts("activations");
            if (named.Count == 0)
                named = [.. Enumerable.Repeat(functions, directions.Item2).SelectMany(one => one)];
            if (named.Count != functions.Count * directions.Item2)
                throw at.Unsupported();
            Directions = [.. Enumerable.Range(0, directions.Item2).Select(index => new Direction(
                Part(kernel, index), Part(recurrent, index), bias is null ? null : Part(bias, index), index == 1 || directions.Item1,
                [.. named.Skip(index * functions.Count).Take(functions.Count)]))];
        }

        public int Units { get; }

        /// <summary>B, the number of clips.</summary>
        public int Clips { get; }

        public IReadOnlyList<Direction> Directions { get; }

        /// <summary>The products of all frames with the kernel, which are one product: for each frame [B, gates·units].</summary>
        public Tensor[] Inputs(Direction direction, Tensor? bias)
        {
            var graph = _at.Graph;
            var rows = graph.Reshape(_at[0], _frames * Clips, _at[0].Width);
            var sizes = new int[_frames];
            Array.Fill(sizes, Clips);
            return graph.Split(graph.Gemm(rows, graph.Weight("kernel", direction.Kernel), bias, transposeB: true), 0, sizes);
        }

        public Steps Run(Direction direction, Tensor[] inputs, Func<Tensor, (Tensor State, Tensor Cell)> step)
        {
            var states = new Tensor[_frames];
            (Tensor State, Tensor Cell) last = default;
            for (var i = 0; i < _frames; i++)
            {
                var frame = direction.Backwards ? _frames - 1 - i : i;
                last = step(inputs[frame]);
                states[frame] = last.State;
            }
            return new(states, last.State, last.Cell);
        }

        public Tensor[] Outputs(IReadOnlyList<Steps> runs)
        {
            var graph = _at.Graph;
            var all = graph.Concat(0, [.. Enumerable.Range(0, _frames).Select(frame => graph.Concat(1, [.. runs.Select(run => graph.Reshape(run.States[frame], 1, 1, Clips, Units))]))]);
            return [all, Stack(runs.Select(run => run.Last)), Stack(runs.Select(run => run.Cell))];

            Tensor Stack(IEnumerable<Tensor> ends) => graph.Concat(0, [.. ends.Select(end => graph.Reshape(end, 1, Clips, Units))]);
        }

        private static WeightTensor Part(WeightTensor stack, int index)
        {
            int[] shape = stack.Dimensions[1..];
            var size = shape.Aggregate(1, (product, length) => product * length);
            return new WeightTensor(stack.Values.Slice(index * size, size), shape);
        }
    }
}
