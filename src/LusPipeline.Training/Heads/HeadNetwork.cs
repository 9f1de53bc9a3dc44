using LusPipeline.Training.Gradients;

namespace LusPipeline.Training.Heads;

/// <summary>Builds a head's layers from operators that have gradients. Recurrent layers are unrolled over the frames.</summary>
/// <param name="graph">The graph to which the layers are added.</param>
/// <param name="options">The layers.</param>
/// <param name="parameters">The parameters by their names.</param>
/// <param name="training">Whether values are dropped.</param>
internal sealed class HeadNetwork(TensorGraph graph, HeadOptions options, IReadOnlyDictionary<string, Tensor> parameters, bool training)
{
    /// <summary>The epsilon of Keras' LayerNormalization.</summary>
    private const float NormEpsilon = 1e-3f;

    private readonly List<DropoutMask> _masks = [];

    /// <summary>The masks that the graph takes as inputs.</summary>
    public IReadOnlyList<DropoutMask> Masks => _masks;

    /// <param name="features">[T, N, D]: frame by frame, so that the clips of one frame are adjacent rows.</param>
    /// <returns>The logits, [N, 3].</returns>
    public Tensor Logits(Tensor features)
    {
        var (frames, clips, width) = (features.Shape[0], features.Shape[1], features.Shape[2]);
        if (options.InputDropout > 0 && training)
            features = graph.Mul(features, Mask([clips, width], options.InputDropout));
        var summary = options.Kind switch
        {
            HeadKind.Mean => graph.ReduceMean(features, [0]),
            HeadKind.Attention => Attention(graph.Transpose(features, 1, 0, 2)),
            _ => Recurrent(graph.Reshape(features, frames * clips, width), frames, clips),
        };
        return Classify(Drop(summary));
    }

    /// <summary>
    /// One vector of all states. Attention is the mean weighted by softmax(w·h) over the frames (Ilse, Tomczak and Welling, Attention-based deep multiple
    /// instance learning, 2018, equation 7, without the layer in front of the score: a state has passed a tanh already).
    /// </summary>
    /// <param name="states">[T, N, width].</param>
    /// <returns>[N, width].</returns>
    public Tensor Summary(Tensor states) => options.Summary switch
    {
        FrameSummary.Mean => graph.ReduceMean(states, [0]),
        FrameSummary.Max => graph.ReduceMax(states, [0]),
        _ => Weighted(states),
    };

    private Tensor Weighted(Tensor states)
    {
        var shares = graph.Softmax(graph.Transpose(graph.MatMul(states, parameters[HeadLayout.Score]), 1, 2, 0));
        return graph.Squeeze(graph.MatMul(shares, graph.Transpose(states, 1, 0, 2)), 1);
    }

    /// <summary>Attention between the frames, and the mean over them.</summary>
    /// <param name="clips">[N, T, D].</param>
    /// <returns>[N, units].</returns>
    public Tensor Attention(Tensor clips)
    {
        for (var layer = 0; layer < options.Layers; layer++)
            clips = AttentionLayer(clips, HeadLayout.AttentionName(layer));
        return graph.ReduceMean(clips, [1]);
    }

    /// <summary>The dense layers.</summary>
    /// <param name="summary">[N, values].</param>
    /// <returns>The logits, [N, 3].</returns>
    public Tensor Classify(Tensor summary)
    {
        for (var layer = 0; layer < options.Dense.Count; layer++)
            summary = Drop(graph.Relu(Dense(summary, HeadLayout.DenseName(layer))));
        return Dense(summary, HeadLayout.Output);
    }

    private Tensor Dense(Tensor rows, string name) => graph.Gemm(rows, parameters[name + "/kernel"], parameters[name + "/bias"]);

    /// <summary>
    /// A frame's vector is embedded and normalised; then softmax(Q·Kᵀ/√units)·V of all frames is added, and the sum normalised (Vaswani and others,
    /// Attention is all you need, 2017, section 3.2.1, one head).
    /// </summary>
    private Tensor AttentionLayer(Tensor clips, string name)
    {
        var embedded = graph.Add(graph.MatMul(clips, parameters[name + "/embedding/kernel"]), parameters[name + "/embedding/bias"]);
        var normal = Normalize(embedded, name + "/norm");
        var (query, key, value) = (Projection("query"), Projection("key"), Projection("value"));
        var scores = graph.Mul(graph.MatMul(query, graph.TransposeLast(key)), graph.Scalar(1 / Math.Sqrt(options.Units)));
        return Normalize(graph.Add(normal, graph.MatMul(graph.Softmax(scores), value)), name + "/norm_out");

        Tensor Projection(string matrix) => graph.MatMul(normal, parameters[$"{name}/{matrix}/kernel"]);
    }

    private Tensor Normalize(Tensor x, string name) => graph.LayerNormalization(x, parameters[name + "/gamma"], parameters[name + "/beta"], NormEpsilon);

    /// <param name="rows">[T·N, D], frame by frame.</param>
    /// <returns>The summary of the states, [N, units], or both directions' side by side.</returns>
    private Tensor Recurrent(Tensor rows, int frames, int clips)
    {
        Tensor[][] states = [];
        for (var layer = 0; layer < options.Layers; layer++)
        {
            if (layer > 0)
                rows = Drop(FrameByFrame(states));
            states = [.. Enumerable.Range(0, options.Directions).Select(direction => Run(rows, layer, direction, frames, clips))];
        }
        return options.Summary == FrameSummary.Last
            ? graph.Concat(1, [.. states.Select((one, direction) => direction == 0 ? one[^1] : one[0])])
            : Summary(graph.Reshape(FrameByFrame(states), frames, clips, options.Units * options.Directions));
    }

    /// <returns>The states of all frames, [T·N, units], or both directions' side by side.</returns>
    private Tensor FrameByFrame(Tensor[][] states) =>
        graph.Concat(0, [.. Enumerable.Range(0, states[0].Length).Select(frame => graph.Concat(1, [.. states.Select(one => one[frame])]))]);

    /// <summary>Runs one layer in one direction. The product with the kernel is one for all frames.</summary>
    /// <returns>The state of each frame, [N, units], in the order of the frames.</returns>
    private Tensor[] Run(Tensor rows, int layer, int direction, int frames, int clips)
    {
        var name = HeadLayout.RecurrentName(options, layer, direction);
        var (kernel, recurrent, bias) = (parameters[name + "/kernel"], parameters[name + "/recurrent_kernel"], parameters[name + "/bias"]);
        var (inputBias, stateBias) = options.Kind == HeadKind.Lstm ? (bias, bias) : (Row(bias, 0), Row(bias, 1));
        var sizes = new int[frames];
        Array.Fill(sizes, clips);
        var inputs = graph.Split(graph.Gemm(rows, kernel, inputBias), 0, sizes);
        var states = new Tensor[frames];
        Tensor? state = null, cell = null;
        for (var step = 0; step < frames; step++)
        {
            var frame = direction == 0 ? step : frames - 1 - step;
            if (options.Kind == HeadKind.Lstm)
                (state, cell) = LstmStep(state is { } before ? graph.Gemm(before, recurrent, inputs[frame]) : inputs[frame], cell);
            else
                state = GruStep(inputs[frame], graph.Gemm(state ?? graph.Zeros(clips, options.Units), recurrent, stateBias), state);
            states[frame] = state.Value;
        }
        return states;
    }

    /// <summary>
    /// c = σ(f)·c + σ(i)·tanh g, h = σ(o)·tanh c (Hochreiter and Schmidhuber, 1997; Gers, Schmidhuber and Cummins, 2000); the gates in Keras' order i, f, g, o.
    /// </summary>
    private (Tensor State, Tensor Cell) LstmStep(Tensor gates, Tensor? before)
    {
        var units = options.Units;
        var parts = graph.Split(gates, 1, units, units, units, units);
        var cell = graph.Mul(graph.Sigmoid(parts[0]), graph.Tanh(parts[2]));
        if (before is { } kept)
            cell = graph.Add(graph.Mul(graph.Sigmoid(parts[1]), kept), cell);
        return (graph.Mul(graph.Sigmoid(parts[3]), graph.Tanh(cell)), cell);
    }

    /// <summary>
    /// h = z·h + (1 − z)·tanh(x + r·s), where s is the state's product for the candidate (Cho and others, 2014, with the reset gate behind the product, as
    /// Keras' <c>reset_after</c>); the gates in Keras' order z, r, h.
    /// </summary>
    private Tensor GruStep(Tensor input, Tensor product, Tensor? before)
    {
        var units = options.Units;
        var (x, s) = (graph.Split(input, 1, units, units, units), graph.Split(product, 1, units, units, units));
        var update = graph.Sigmoid(graph.Add(x[0], s[0]));
        var reset = graph.Sigmoid(graph.Add(x[1], s[1]));
        var candidate = graph.Tanh(graph.Add(x[2], graph.Mul(reset, s[2])));
        return before is { } kept
            ? graph.Add(candidate, graph.Mul(update, graph.Sub(kept, candidate)))
            : graph.Sub(candidate, graph.Mul(update, candidate));
    }

    private Tensor Row(Tensor matrix, int row) => graph.Squeeze(graph.Slice(matrix, 0, row, row + 1), 0);

    private Tensor Drop(Tensor values) => options.Dropout > 0 && training ? graph.Mul(values, Mask(values.Shape, options.Dropout)) : values;

    private Tensor Mask(int[] shape, double rate)
    {
        var mask = graph.Input($"mask{_masks.Count}", shape);
        _masks.Add(new(mask.Name, shape, rate));
        return mask;
    }
}
