namespace LusPipeline.Training.Search.Importance;

/// <summary>
/// A regression tree: each node splits at the place that leaves the least squared error, until a leaf has one value (Breiman et al., Classification and
/// regression trees, 1984).
/// </summary>
internal sealed class RegressionTree
{
    private const int MostDepth = 64;
    private readonly List<Node> _nodes = [];

    /// <param name="rows">For each sample, a value for each column.</param>
    /// <param name="targets">For each sample, the value to predict.</param>
    /// <param name="samples">The samples to learn from; one may come twice.</param>
    public RegressionTree(double[][] rows, double[] targets, int[] samples) => Grow(rows, targets, samples, depth: 0);

    /// <summary>The nodes; the first one is the root.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    private int Grow(double[][] rows, double[] targets, int[] samples, int depth)
    {
        var index = _nodes.Count;
        _nodes.Add(new(-1, 0, -1, -1, samples.Average(sample => targets[sample])));
        if (depth == MostDepth || Split(rows, targets, samples) is not var (column, threshold))
            return index;
        var left = Grow(rows, targets, [.. samples.Where(sample => rows[sample][column] <= threshold)], depth + 1);
        var right = Grow(rows, targets, [.. samples.Where(sample => rows[sample][column] > threshold)], depth + 1);
        _nodes[index] = _nodes[index] with { Column = column, Threshold = threshold, Left = left, Right = right };
        return index;
    }

    /// <summary>The best place to split; null if all targets or all rows are the same.</summary>
    private static (int Column, double Threshold)? Split(double[][] rows, double[] targets, int[] samples)
    {
        var sum = samples.Sum(sample => targets[sample]);
        if (samples.All(sample => targets[sample] == targets[samples[0]]))
            return null;
        (int Column, double Threshold)? best = null;
        var most = double.NegativeInfinity;
        for (var column = 0; column < rows[0].Length; column++)
        {
            var ordered = samples.OrderBy(sample => rows[sample][column]).ToArray();
            var left = 0.0;
            for (var count = 1; count < ordered.Length; count++)
            {
                left += targets[ordered[count - 1]];
                var (before, after) = (rows[ordered[count - 1]][column], rows[ordered[count]][column]);
                if (before == after)
                    continue;
                // The squared error falls by as much as this grows.
                var gain = (left * left / count) + ((sum - left) * (sum - left) / (ordered.Length - count));
                if (gain > most)
                    (most, best) = (gain, (column, Math.Min(before + ((after - before) / 2), Math.BitDecrement(after))));
            }
        }
        return best;
    }

    /// <param name="Column">The column that is compared; -1 for a leaf.</param>
    /// <param name="Threshold">What is not greater goes to the left.</param>
    /// <param name="Left">The number of the left child.</param>
    /// <param name="Right">The number of the right child.</param>
    /// <param name="Value">The mean of the samples.</param>
    internal readonly record struct Node(int Column, double Threshold, int Left, int Right, double Value);
}
