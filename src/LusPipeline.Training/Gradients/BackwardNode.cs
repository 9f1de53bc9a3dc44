using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.Training.Gradients;

/// <summary>One node of the graph while the gradient of its output is passed on to its inputs.</summary>
/// <param name="graph">The graph to which the gradient's nodes are added.</param>
/// <param name="node">The node.</param>
/// <param name="sums">The gradients of all values that need one, by their names.</param>
internal sealed class BackwardNode(TensorGraph graph, NodeProto node, IReadOnlyDictionary<string, GradientSum> sums)
{
    public TensorGraph Graph => graph;

    public string Operation => node.OpType;

    public int Inputs => node.Input.Count;

    public int Outputs => node.Output.Count;

    public Tensor Input(int index) => graph[node.Input[index]];

    public Tensor Output(int index = 0) => graph[node.Output[index]];

    /// <summary>Whether an input is given and depends on a parameter.</summary>
    public bool Needs(int input) => input < node.Input.Count && sums.ContainsKey(node.Input[input]);

    /// <summary>The gradient of the loss by an output; null if the loss does not depend on it.</summary>
    public Tensor? GradientOrNull(int output) => sums.TryGetValue(node.Output[output], out var sum) && !sum.IsEmpty ? sum.Total() : null;

    /// <summary>The gradient of the loss by the only output.</summary>
    public Tensor Gradient => GradientOrNull(0)!.Value;

    /// <summary>Adds to the gradient of an input, if it needs one.</summary>
    public void Pass(int input, Func<Tensor> gradient)
    {
        if (Needs(input))
            sums[node.Input[input]].Add(gradient());
    }

    /// <summary>Adds aᵀ·b to the gradient of an input, if it needs one.</summary>
    public void PassProduct(int input, Tensor a, Tensor b)
    {
        if (Needs(input))
            sums[node.Input[input]].AddProduct(a, b);
    }

    /// <summary>Adds to the gradient of an input that was broadcast: the gradient is summed over the axes along which the input was repeated.</summary>
    public void PassReduced(int input, Func<Tensor> gradient) => Pass(input, () => Reduce(gradient(), Input(input).Shape));

    public int Int(string name, int otherwise) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is { } found ? (int)found.I : otherwise;

    public float Float(string name, float otherwise) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? otherwise;

    public int[] Ints(string name) => [.. node.Attribute.First(attribute => attribute.Name == name).Ints.Select(value => (int)value)];

    /// <summary>The values of an integer constant that is an input.</summary>
    public int[] Constant(int input) => graph.IntegersOf(node.Input[input]);

    private Tensor Reduce(Tensor gradient, int[] shape)
    {
        var extra = gradient.Rank - shape.Length;
        var axes = Enumerable.Range(0, gradient.Rank)
            .Where(axis => axis < extra || (shape[axis - extra] == 1 && gradient.Shape[axis] != 1)).ToArray();
        if (axes.Length == 0)
            return gradient;
        var sum = graph.ReduceSum(gradient, axes);
        return sum.Shape.AsSpan().SequenceEqual(shape) ? sum : graph.Reshape(sum, shape);
    }
}
