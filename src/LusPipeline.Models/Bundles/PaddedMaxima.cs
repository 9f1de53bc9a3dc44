namespace LusPipeline.Models.Bundles;

/// <summary>
/// Finds MaxPools that read zeros which a Pad added around an image. A MaxPool's own padding is below every value. It can replace those zeros only if no
/// value is negative, for example after a Relu.
/// </summary>
public sealed class PaddedMaxima
{
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly List<string> _inputsOfMaxima = [];
    private readonly HashSet<string> _zeros = new(StringComparer.Ordinal);

    /// <summary>Adds a node of the graph. Add all nodes before the first call of <see cref="Pads"/>.</summary>
    public void Add(OnnxNode node)
    {
        if (node is { Operation: "Pad" or "Cast" or "Identity" or "Dropout" or "Relu" or "DequantizeLinear", Inputs.Count: > 0, Outputs.Count: > 0 })
            _producers[node.Outputs[0]] = node;
        else if (node is { Operation: "MaxPool", Inputs.Count: > 0 })
            _inputsOfMaxima.Add(node.Inputs[0]);
    }

    /// <summary>Adds the name of a uint8 constant that is 0.</summary>
    public void AddZero(string name) => _zeros.Add(name);

    /// <summary>The Pads whose input may be negative, each by the name of its output.</summary>
    public IEnumerable<string> Pads() =>
        from input in _inputsOfMaxima
        let pad = Producer(input)
        where pad is { Operation: "Pad" } && !HasNoNegatives(pad.Inputs[0])
        select pad.Outputs[0];

    private bool HasNoNegatives(string value) => Producer(value) switch
    {
        { Operation: "Relu" } => true,
        // The input is uint8, and its smallest value represents 0.
        { Operation: "DequantizeLinear", Inputs: [_, _, var zeroPoint] } => _zeros.Contains(zeroPoint),
        _ => false,
    };

    /// <summary>The node that computes a value. Nodes that do not change values are skipped, because earlier optimizers remove them.</summary>
    private OnnxNode? Producer(string value)
    {
        for (var steps = 0; steps <= _producers.Count && _producers.TryGetValue(value, out var node); steps++)
        {
            if (node.Operation is not ("Cast" or "Identity" or "Dropout"))
                return node;
            value = node.Inputs[0];
        }
        return null;
    }
}
