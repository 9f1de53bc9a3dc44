namespace LusPipeline.Training.Gradients;

/// <summary>The gradient of one value: the sum of what the nodes that read it contribute.</summary>
internal sealed class GradientSum(TensorGraph graph)
{
    private readonly List<Tensor> _terms = [];
    private readonly List<(Tensor A, Tensor B)> _products = [];
    private Tensor? _total;

    public bool IsEmpty => _terms.Count == 0 && _products.Count == 0;

    public void Add(Tensor term) => _terms.Add(term);

    /// <summary>
    /// Adds aᵀ·b. A weight that is used at every time step gets many of them: Σ aᵢᵀ·bᵢ is one product of the a's and b's stacked by rows, which is
    /// faster than many small products and their sum.
    /// </summary>
    public void AddProduct(Tensor a, Tensor b) => _products.Add((a, b));

    public Tensor Total()
    {
        if (_total is { } known)
            return known;
        // The pass goes backwards, so the reverse order is that of time.
        foreach (var group in _products.AsEnumerable().Reverse().GroupBy(product => (product.A.Width, product.B.Width)))
            _terms.Add(graph.Gemm(graph.Concat(0, [.. group.Select(pair => pair.A)]), graph.Concat(0, [.. group.Select(pair => pair.B)]), transposeA: true));
        var total = _terms[0];
        foreach (var term in _terms.Skip(1))
            total = graph.Add(total, term);
        _total = total;
        return total;
    }
}
