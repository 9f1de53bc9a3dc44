using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.Training.Gradients;

/// <summary>
/// Reverse-mode differentiation of an ONNX graph: it walks through the nodes from the last to the first and adds nodes that compute the gradient of the
/// loss by each value on the way (Griewank and Walther, Evaluating Derivatives, 2nd edition, section 3.2). The rule for each operator stands in
/// <see cref="GradientRules"/>.
/// </summary>
internal static class Differentiation
{
    /// <summary>Adds nodes that compute the gradient of a scalar by each parameter.</summary>
    /// <param name="graph">The graph, which is extended.</param>
    /// <param name="loss">A scalar that depends on every parameter.</param>
    /// <param name="parameters">Inputs of the graph.</param>
    /// <returns>For each parameter a gradient of its shape.</returns>
    /// <exception cref="ArgumentException">The loss is no scalar, or does not depend on a parameter.</exception>
    /// <exception cref="NotSupportedException">An operator on the way has no rule.</exception>
    public static IReadOnlyList<Tensor> Gradients(TensorGraph graph, Tensor loss, IReadOnlyList<Tensor> parameters)
    {
        if (loss.Rank != 0)
            throw new ArgumentException("A loss is a scalar.", nameof(loss));
        NodeProto[] nodes = [.. graph.Nodes];
        var sums = parameters.ToDictionary(parameter => parameter.Name, _ => new GradientSum(graph), StringComparer.Ordinal);
        foreach (var node in nodes.Where(node => node.Input.Any(sums.ContainsKey)))
        {
            foreach (var output in node.Output.Where(output => output.Length > 0))
                sums.Add(output, new GradientSum(graph));
        }
        if (!sums.TryGetValue(loss.Name, out var ofLoss))
            throw new ArgumentException("The loss depends on no parameter.", nameof(loss));
        ofLoss.Add(graph.Scalar(1));
        foreach (var node in nodes.Reverse().Where(node => node.Output.Any(output => sums.TryGetValue(output, out var sum) && !sum.IsEmpty)))
            GradientRules.Of(node.OpType)(new BackwardNode(graph, node, sums));
        return [.. parameters.Select(parameter => sums[parameter.Name].IsEmpty
            ? throw new ArgumentException($"The loss does not depend on '{parameter.Name}'.", nameof(parameters))
            : sums[parameter.Name].Total())];
    }
}
