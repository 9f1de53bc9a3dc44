namespace LusPipeline.Training.Gradients;

/// <summary>Rules of reductions over axes. ḡ is the gradient of the loss by the output y. Source: the derivatives of a sum and of a maximum.</summary>
internal static class ReductionRules
{
    /// <summary>y = Σ x: every element gets ḡ.</summary>
    public static void Sum(BackwardNode at) => at.Pass(0, () => Spread(at, at.Gradient, at.Constant(1)));

    /// <summary>y = Σ x / n: every element gets ḡ/n.</summary>
    public static void Mean(BackwardNode at) => at.Pass(0, () =>
    {
        var (shape, axes) = (at.Input(0).Shape, at.Ints("axes"));
        var count = axes.Aggregate(1.0, (product, axis) => product * shape[axis]);
        return Spread(at, at.Graph.Mul(at.Gradient, at.Graph.Scalar(1 / count)), axes);
    });

    /// <summary>y = max x: the greatest element gets ḡ; several equal ones share it (as in TensorFlow and PyTorch's <c>amax</c>).</summary>
    public static void Max(BackwardNode at) => at.Pass(0, () =>
    {
        var (graph, axes) = (at.Graph, at.Ints("axes"));
        var greatest = graph.Equal(at.Input(0), Spread(at, at.Output(), axes));
        return graph.Mul(Spread(at, at.Gradient, axes), graph.Div(greatest, graph.ReduceSum(greatest, axes, keep: true)));
    });

    /// <summary>y = Σ x²: x̄ = 2·ḡ·x.</summary>
    public static void SumOfSquares(BackwardNode at) => at.Pass(0, () =>
        at.Graph.Mul(at.Input(0), at.Graph.Mul(at.Graph.Scalar(2), at.Gradient)));

    /// <summary>Repeats a reduced value along the axes that were reduced.</summary>
    private static Tensor Spread(BackwardNode at, Tensor reduced, int[] axes)
    {
        var shape = at.Input(0).Shape;
        int[] kept = [.. shape.Select((size, axis) => axes.Contains(axis) ? 1 : size)];
        return at.Graph.Expand(reduced.Shape.AsSpan().SequenceEqual(kept) ? reduced : at.Graph.Reshape(reduced, kept), shape);
    }
}
