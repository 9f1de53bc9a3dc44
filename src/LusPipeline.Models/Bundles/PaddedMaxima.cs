namespace LusPipeline.Models.Bundles;

/// <summary>
/// Finds maxima over windows (MaxPool) that read zeros which a Pad has put around an image. A MaxPool's own padding is less than any
/// value, so it stands for those zeros only where no value is negative, after a Relu for example.
/// </summary>
internal sealed class PaddedMaxima
{
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly List<string> _inputsOfMaxima = [];
    private readonly HashSet<string> _zeros = new(StringComparer.Ordinal);

    public void Add(OnnxNode node)
    {
        if (node is { Operation: "Pad" or "Cast" or "Identity" or "Dropout" or "Relu" or "DequantizeLinear", Inputs.Count: > 0, Outputs.Count: > 0 })
            _producers[node.Outputs[0]] = node;
        else if (node is { Operation: "MaxPool", Inputs.Count: > 0 })
            _inputsOfMaxima.Add(node.Inputs[0]);
    }

    /// <summary>Adds a constant of type uint8 that is 0, by its name.</summary>
    public void AddZero(string name) => _zeros.Add(name);

    /// <summary>The Pads of values that may be negative, each by the name of its output.</summary>
    public IEnumerable<string> Pads() =>
        from input in _inputsOfMaxima
        let pad = Producer(input)
        where pad is { Operation: "Pad" } && !HasNoNegatives(pad.Inputs[0])
        select pad.Outputs[0];

    private bool HasNoNegatives(string value) => Producer(value) switch
    {
        { Operation: "Relu" } => true,
        // Of uint8 whose least value stands for 0.
        { Operation: "DequantizeLinear", Inputs: [_, _, var zeroPoint] } => _zeros.Contains(zeroPoint),
        _ => false,
    };

    /// <summary>The node that computes a value. What changes no value is left out: optimizers that come first remove it.</summary>
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
