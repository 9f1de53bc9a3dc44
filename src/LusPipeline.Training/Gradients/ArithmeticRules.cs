namespace LusPipeline.Training.Gradients;

/// <summary>
/// Rules of arithmetic, element by element. ḡ is the gradient of the loss by the output. Source: the sum, product and quotient rules of calculus.
/// An input that is broadcast gets the sum over its repetitions.
/// </summary>
internal static class ArithmeticRules
{
    /// <summary>y = a + b: ā = ḡ, b̄ = ḡ. A dropout mask is a factor: see <see cref="Mul"/>.</summary>
    public static void Add(BackwardNode at)
    {
        at.PassReduced(0, () => at.Gradient);
        at.PassReduced(1, () => at.Gradient);
    }

    /// <summary>y = a − b: ā = ḡ, b̄ = −ḡ.</summary>
    public static void Sub(BackwardNode at)
    {
        at.PassReduced(0, () => at.Gradient);
        at.PassReduced(1, () => at.Graph.Neg(at.Gradient));
    }

    /// <summary>y = a·b: ā = ḡ·b, b̄ = ḡ·a.</summary>
    public static void Mul(BackwardNode at)
    {
        at.PassReduced(0, () => at.Graph.Mul(at.Gradient, at.Input(1)));
        at.PassReduced(1, () => at.Graph.Mul(at.Gradient, at.Input(0)));
    }

    /// <summary>y = a/b: ā = ḡ/b, b̄ = −ḡ·y/b.</summary>
    public static void Div(BackwardNode at)
    {
        at.PassReduced(0, () => at.Graph.Div(at.Gradient, at.Input(1)));
        at.PassReduced(1, () => at.Graph.Neg(at.Graph.Div(at.Graph.Mul(at.Gradient, at.Output()), at.Input(1))));
    }

    /// <summary>y = −a: ā = −ḡ.</summary>
    public static void Neg(BackwardNode at) => at.Pass(0, () => at.Graph.Neg(at.Gradient));
}
