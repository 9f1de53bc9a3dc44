namespace LusPipeline.Training.Gradients;

/// <summary>The rule of each operator: what it passes on to its inputs, given the gradient of its output.</summary>
internal static class GradientRules
{
    private static readonly Dictionary<string, Action<BackwardNode>> Rules = new(StringComparer.Ordinal)
    {
        ["Add"] = ArithmeticRules.Add,
        ["Sub"] = ArithmeticRules.Sub,
        ["Mul"] = ArithmeticRules.Mul,
        ["Div"] = ArithmeticRules.Div,
        ["Neg"] = ArithmeticRules.Neg,
        ["Gemm"] = ProductRules.Gemm,
        ["MatMul"] = ProductRules.MatMul,
        ["Sigmoid"] = ActivationRules.Sigmoid,
        ["Tanh"] = ActivationRules.Tanh,
        ["Relu"] = ActivationRules.Relu,
        ["Exp"] = ActivationRules.Exp,
        ["Log"] = ActivationRules.Log,
        ["Sqrt"] = ActivationRules.Sqrt,
        ["Softmax"] = ActivationRules.Softmax,
        ["LogSoftmax"] = ActivationRules.LogSoftmax,
        ["LayerNormalization"] = ActivationRules.LayerNormalization,
        ["Slice"] = ShapeRules.Slice,
        ["Concat"] = ShapeRules.Concat,
        ["Split"] = ShapeRules.Split,
        ["Transpose"] = ShapeRules.Transpose,
        ["Reshape"] = ShapeRules.Reshape,
        ["Squeeze"] = ShapeRules.Reshape,
        ["Expand"] = ShapeRules.Expand,
        ["ReduceSum"] = ReductionRules.Sum,
        ["ReduceMean"] = ReductionRules.Mean,
        ["ReduceMax"] = ReductionRules.Max,
        ["ReduceSumSquare"] = ReductionRules.SumOfSquares,
    };

    /// <summary>The operators that have a rule.</summary>
    public static IReadOnlyCollection<string> Operators => Rules.Keys;

    /// <exception cref="NotSupportedException">The operator has no rule.</exception>
    public static Action<BackwardNode> Of(string operation) =>
        Rules.TryGetValue(operation, out var rule) ? rule : throw new NotSupportedException($"There is no gradient rule for the operator {operation}.");
}
