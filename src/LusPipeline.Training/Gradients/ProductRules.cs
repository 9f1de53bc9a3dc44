namespace LusPipeline.Training.Gradients;

/// <summary>
/// Rules of matrix products. Source: Giles, An extended collection of matrix derivative results for forward and reverse mode algorithmic
/// differentiation (2008), section 2.2.2: for Y = A·B, Ā = Ȳ·Bᵀ and B̄ = Aᵀ·Ȳ.
/// </summary>
internal static class ProductRules
{
    /// <summary>Y = A′·B′ + C, where A′ is A or Aᵀ and B′ is B or Bᵀ. C is broadcast, and C̄ is Ȳ.</summary>
    public static void Gemm(BackwardNode at)
    {
        var (turnedA, turnedB) = (at.Int("transA", 0) == 1, at.Int("transB", 0) == 1);
        var (a, b) = (at.Input(0), at.Input(1));
        at.Pass(0, () => turnedA
            ? at.Graph.Gemm(b, at.Gradient, transposeA: turnedB, transposeB: true)
            : at.Graph.Gemm(at.Gradient, b, transposeB: !turnedB));
        if (turnedA)
            at.Pass(1, () => turnedB ? at.Graph.Gemm(at.Gradient, a, transposeA: true, transposeB: true) : at.Graph.Gemm(a, at.Gradient));
        else if (turnedB)
            at.PassProduct(1, at.Gradient, a);
        else
            at.PassProduct(1, a, at.Gradient);
        at.PassReduced(2, () => at.Gradient);
    }

    /// <summary>Stacks of products. A matrix that all products of a stack share gets the sum, which is one product of the rows of all.</summary>
    public static void MatMul(BackwardNode at)
    {
        var (a, b) = (at.Input(0), at.Input(1));
        at.PassReduced(0, () => at.Graph.MatMul(at.Gradient, at.Graph.TransposeLast(b)));
        if (b.Rank == 2 && at.Needs(1))
            at.PassProduct(1, Rows(at.Graph, a), Rows(at.Graph, at.Gradient));
        else
            at.PassReduced(1, () => at.Graph.MatMul(at.Graph.TransposeLast(a), at.Gradient));
    }

    private static Tensor Rows(TensorGraph graph, Tensor stack) =>
        stack.Rank == 2 ? stack : graph.Reshape(stack, stack.Shape[..^1].Aggregate(1, (product, size) => product * size), stack.Width);
}
