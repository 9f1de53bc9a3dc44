namespace LusPipeline.Training.Search.Importance;

/// <summary>The variance of a tree's prediction over the whole space, and the part that some columns explain by themselves.</summary>
internal sealed class TreeVariances
{
    private readonly (double Low, double High)[] _space;
    private readonly List<Leaf> _leaves = [];
    private readonly List<double>[] _cuts;

    /// <param name="tree">The tree.</param>
    /// <param name="space">The range of each column.</param>
    public TreeVariances(RegressionTree tree, (double Low, double High)[] space)
    {
        _space = space;
        _cuts = [.. space.Select(range => new List<double> { range.Low, range.High })];
        Collect(tree, 0, space);
        foreach (var cuts in _cuts)
            cuts.Sort();
        Total = Variance(_leaves.Select(leaf => (leaf.Value, leaf.Share)));
    }

    /// <summary>The variance over the whole space.</summary>
    public double Total { get; }

    /// <summary>The variance of the mean prediction at each place of some columns, with the mean over all others.</summary>
    public double Of(int[] columns)
    {
        var cells = new List<(double Value, double Share)>();
        var place = new double[columns.Length];
        Visit(0, 1);
        return Variance(cells);

        void Visit(int at, double share)
        {
            if (at == columns.Length)
            {
                cells.Add((Marginal(columns, place), share));
                return;
            }
            var cuts = _cuts[columns[at]];
            var (low, high) = _space[columns[at]];
            for (var cut = 1; cut < cuts.Count; cut++)
            {
                if (cuts[cut] == cuts[cut - 1])
                    continue;
                place[at] = (cuts[cut - 1] + cuts[cut]) / 2;
                Visit(at + 1, share * (cuts[cut] - cuts[cut - 1]) / (high - low));
            }
        }
    }

    private double Marginal(int[] columns, double[] place)
    {
        var (sum, weight) = (0.0, 0.0);
        foreach (var leaf in _leaves)
        {
            var share = leaf.Share;
            for (var at = 0; at < columns.Length && share > 0; at++)
            {
                var (low, high) = leaf.Box[columns[at]];
                var (all, end) = _space[columns[at]];
                share = place[at] > low && place[at] <= high ? share * (end - all) / (high - low) : 0;
            }
            sum += share * leaf.Value;
            weight += share;
        }
        return sum / weight;
    }

    private void Collect(RegressionTree tree, int index, (double Low, double High)[] box)
    {
        var node = tree.Nodes[index];
        if (node.Column < 0)
        {
            var share = 1.0;
            for (var column = 0; column < box.Length; column++)
                share *= (box[column].High - box[column].Low) / (_space[column].High - _space[column].Low);
            _leaves.Add(new(box, share, node.Value));
            return;
        }
        _cuts[node.Column].Add(node.Threshold);
        Collect(tree, node.Left, With(box, node.Column, (box[node.Column].Low, node.Threshold)));
        Collect(tree, node.Right, With(box, node.Column, (node.Threshold, box[node.Column].High)));
    }

    private static (double Low, double High)[] With((double Low, double High)[] box, int column, (double Low, double High) range)
    {
        var changed = ((double Low, double High)[])box.Clone();
        changed[column] = range;
        return changed;
    }

    private static double Variance(IEnumerable<(double Value, double Share)> cells)
    {
        var all = cells.ToArray();
        var weight = all.Sum(cell => cell.Share);
        var mean = all.Sum(cell => cell.Value * cell.Share) / weight;
        return all.Sum(cell => cell.Share * (cell.Value - mean) * (cell.Value - mean)) / weight;
    }

    private sealed record Leaf((double Low, double High)[] Box, double Share, double Value);
}
