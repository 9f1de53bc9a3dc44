namespace LusPipeline.Training.Gradients;

/// <summary>Rules of operators that only move elements: each element's gradient goes back to the place from which the element came.</summary>
internal static class ShapeRules
{
    /// <summary>The elements that were not taken get 0.</summary>
    public static void Slice(BackwardNode at) => at.Pass(0, () =>
    {
        var (start, end, axis) = (at.Constant(1)[0], at.Constant(2)[0], at.Constant(3)[0]);
        return at.Graph.Pad(at.Gradient, axis, start, at.Input(0).Shape[axis] - end);
    });

    public static void Concat(BackwardNode at)
    {
        var axis = at.Int("axis", 0);
        var parts = at.Graph.Split(at.Gradient, axis, [.. Enumerable.Range(0, at.Inputs).Select(input => at.Input(input).Shape[axis])]);
        for (var input = 0; input < parts.Length; input++)
        {
            var part = parts[input];
            at.Pass(input, () => part);
        }
    }

    /// <summary>A part that the loss does not depend on gets 0.</summary>
    public static void Split(BackwardNode at) => at.Pass(0, () => at.Graph.Concat(
        at.Int("axis", 0), [.. Enumerable.Range(0, at.Outputs).Select(output => at.GradientOrNull(output) ?? at.Graph.Zeros(at.Output(output).Shape))]));

    /// <summary>The inverse permutation of axes.</summary>
    public static void Transpose(BackwardNode at) => at.Pass(0, () =>
    {
        var axes = at.Ints("perm");
        return at.Graph.Transpose(at.Gradient, [.. Enumerable.Range(0, axes.Length).Select(axis => Array.IndexOf(axes, axis))]);
    });

    public static void Reshape(BackwardNode at) => at.Pass(0, () => at.Graph.Reshape(at.Gradient, at.Input(0).Shape));

    /// <summary>A repeated element gets the sum over its repetitions.</summary>
    public static void Expand(BackwardNode at) => at.PassReduced(0, () => at.Gradient);
}
