namespace LusPipeline.Training.Gradients;

/// <summary>Rules of activation functions and normalisations. ḡ is the gradient of the loss by the output y.</summary>
internal static class ActivationRules
{
    /// <summary>y = 1/(1 + e⁻ˣ): x̄ = ḡ·y·(1 − y). Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equation 3.41.</summary>
    public static void Sigmoid(BackwardNode at) => at.Pass(0, () =>
    {
        var (graph, y) = (at.Graph, at.Output());
        return graph.Mul(at.Gradient, graph.Sub(y, graph.Mul(y, y)));
    });

    /// <summary>y = tanh x: x̄ = ḡ·(1 − y²). Source: tanh′ = 1 − tanh².</summary>
    public static void Tanh(BackwardNode at) => at.Pass(0, () =>
    {
        var (graph, y) = (at.Graph, at.Output());
        return graph.Mul(at.Gradient, graph.Sub(graph.Scalar(1), graph.Mul(y, y)));
    });

    /// <summary>y = max(x, 0): x̄ = ḡ where y is positive, else 0 (at 0 too, as Keras and PyTorch do).</summary>
    public static void Relu(BackwardNode at) => at.Pass(0, () => at.Graph.Mul(at.Gradient, at.Graph.Sign(at.Output())));

    /// <summary>y = eˣ: x̄ = ḡ·y.</summary>
    public static void Exp(BackwardNode at) => at.Pass(0, () => at.Graph.Mul(at.Gradient, at.Output()));

    /// <summary>y = log x: x̄ = ḡ/x.</summary>
    public static void Log(BackwardNode at) => at.Pass(0, () => at.Graph.Div(at.Gradient, at.Input(0)));

    /// <summary>y = √x: x̄ = ḡ/(2·y).</summary>
    public static void Sqrt(BackwardNode at) => at.Pass(0, () => at.Graph.Div(at.Gradient, at.Graph.Mul(at.Graph.Scalar(2), at.Output())));

    /// <summary>
    /// y = softmax x over the last axis: x̄ = y·(ḡ − Σ ḡ·y). Source: ∂yᵢ/∂xⱼ = yᵢ·(δᵢⱼ − yⱼ), Bishop, Pattern Recognition and Machine Learning (2006),
    /// equation 4.106.
    /// </summary>
    public static void Softmax(BackwardNode at) => at.Pass(0, () =>
    {
        var (graph, y) = (at.Graph, at.Output());
        var sum = graph.ReduceSum(graph.Mul(at.Gradient, y), [y.Rank - 1], keep: true);
        return graph.Mul(y, graph.Sub(at.Gradient, sum));
    });

    /// <summary>
    /// y = log softmax x over the last axis: x̄ = ḡ − eʸ·Σ ḡ. With the cross entropy −Σ t·y behind it this gives softmax x − t, without a division
    /// by a small probability. Source: Bishop (2006), equation 4.109.
    /// </summary>
    public static void LogSoftmax(BackwardNode at) => at.Pass(0, () =>
    {
        var (graph, y) = (at.Graph, at.Output());
        return graph.Sub(at.Gradient, graph.Mul(graph.Exp(y), graph.ReduceSum(at.Gradient, [y.Rank - 1], keep: true)));
    });

    /// <summary>
    /// y = s·n + b with n = (x − μ)/σ over the last axis, σ² = var x + ε. With ñ = ḡ·s: x̄ = (ñ − mean ñ − n·mean(ñ·n))/σ, s̄ = Σ ḡ·n, b̄ = Σ ḡ. Source: the
    /// rule of batch normalisation, Ioffe and Szegedy (2015), section 3, with the mean over features instead of the batch (Ba, Kiros and Hinton, 2016).
    /// </summary>
    public static void LayerNormalization(BackwardNode at)
    {
        var (graph, x) = (at.Graph, at.Input(0));
        int[] last = [x.Rank - 1];
        var centred = graph.Sub(x, graph.ReduceMean(x, last, keep: true));
        var variance = graph.ReduceMean(graph.Mul(centred, centred), last, keep: true);
        var deviation = graph.Sqrt(graph.Add(variance, graph.Scalar(at.Float("epsilon", 1e-5f))));
        var normal = graph.Div(centred, deviation);
        at.Pass(0, () =>
        {
            var scaled = graph.Mul(at.Gradient, at.Input(1));
            var along = graph.Mul(normal, graph.ReduceMean(graph.Mul(scaled, normal), last, keep: true));
            return graph.Div(graph.Sub(graph.Sub(scaled, graph.ReduceMean(scaled, last, keep: true)), along), deviation);
        });
        at.PassReduced(1, () => graph.Mul(at.Gradient, normal));
        at.PassReduced(2, () => at.Gradient);
    }
}
