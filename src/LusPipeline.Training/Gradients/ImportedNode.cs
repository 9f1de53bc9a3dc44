using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.Training.Gradients;

/// <summary>One node of a head's graph while it is imported.</summary>
/// <param name="graph">The graph to which its operators are added.</param>
/// <param name="node">The node.</param>
/// <param name="constants">The constants of the head's graph.</param>
/// <param name="value">Returns an imported value, or a constant as a value, by its name in the head's graph.</param>
internal sealed class ImportedNode(TensorGraph graph, NodeProto node, OnnxConstants constants, Func<string, Tensor> value)
{
    public TensorGraph Graph => graph;

    public string Operation => node.OpType;

    public int Inputs => node.Input.Count;

    public int Outputs => node.Output.Count;

    /// <summary>An input.</summary>
    public Tensor this[int input] => Has(input) ? value(node.Input[input]) : throw Unsupported();

    /// <summary>Whether an optional input is given.</summary>
    public bool Has(int input) => input < node.Input.Count && node.Input[input].Length > 0;

    /// <summary>The integers of an input that is a constant; null if it is left out, or no such constant.</summary>
    public int[]? Constant(int input) => Has(input) && constants.Integers(node.Input[input]) is { } numbers
        ? [.. numbers.Select(number => (int)Math.Clamp(number, int.MinValue, int.MaxValue))]
        : null;

    /// <summary>The values of an input that has to be a constant of floats.</summary>
    public WeightTensor Weight(int input, int rank) => Has(input) && constants.Has(node.Input[input]) && constants.Floats(node.Input[input]) is var weight && weight.Dimensions.Length == rank
        ? weight
        : throw Unsupported();

    public int Int(string name, int otherwise) => Attribute(name) is { } found ? (int)found.I : otherwise;

    public float Float(string name, float otherwise) => Attribute(name)?.F ?? otherwise;

    public string Text(string name, string otherwise) => Attribute(name)?.S.ToStringUtf8() ?? otherwise;

    public IReadOnlyList<string> Texts(string name) => Attribute(name) is { } found ? [.. found.Strings.Select(text => text.ToStringUtf8())] : [];

    /// <summary>Integers of an attribute; null if it is left out.</summary>
    public int[]? Ints(string name) => Attribute(name) is { } found ? [.. found.Ints.Select(number => (int)number)] : null;

    public NotSupportedException Unsupported() => new($"There is no gradient rule for the operator {node.OpType} as the node '{node.Name}' uses it.");

    private AttributeProto? Attribute(string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
}
