using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>
/// Folds in which no group (a patient) is on two test sides, and each class is spread over the folds as evenly as the groups allow. The method is the
/// greedy one of scikit-learn's <c>StratifiedGroupKFold</c>: groups with the most uneven classes come first, and each goes to the fold where the
/// deviation of the classes' shares over the folds then is smallest. Because the order of equal groups matters, several shuffled orders are
/// tried, and the one with the smallest deviation at the end is taken.
/// </summary>
public static class GroupedFolds
{
    private const int Orders = 50;
    private const int Classes = 3;

    /// <summary>How much two deviations may differ and still count as equal: the order of the sums is in their last digits.</summary>
    private const double Equal = 1e-9;

    /// <param name="items">The group and the label of each video.</param>
    /// <param name="folds">How many folds, at least 2.</param>
    /// <param name="seed">Makes the shuffled orders repeatable.</param>
    /// <returns>The fold of each item, from 0.</returns>
    /// <exception cref="TrainingDataException">There are fewer groups than folds, or fewer groups with one of the classes than folds.</exception>
    public static int[] Assign(IReadOnlyList<(string Group, Diagnosis Label)> items, int folds, int seed)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        var groups = items.GroupBy(item => item.Group, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new Group(group.Key, Count(group.Select(item => item.Label)))).ToArray();
        RequireEnough(groups, folds);
        var random = new Random(seed);
        (double Deviation, Dictionary<string, int>? Folds) best = (double.PositiveInfinity, null);
        for (var order = 0; order < Orders; order++)
        {
            random.Shuffle(groups);
            var (deviation, assigned) = Assign(groups, folds);
            if (deviation < best.Deviation - Equal)
                best = (deviation, assigned);
        }
        return [.. items.Select(item => best.Folds![item.Group])];
    }

    private static void RequireEnough(Group[] groups, int folds)
    {
        if (groups.Length < folds)
            throw new TrainingDataException($"{groups.Length} patients cannot be spread over {folds} folds. Give fewer folds, or more patients.");
        for (var label = 0; label < Classes; label++)
        {
            var with = groups.Count(group => group.Videos[label] > 0);
            if (with < folds)
            {
                throw new TrainingDataException(
                    $"{with} patients have videos with the label {((Diagnosis)label).Name()}, so at least one of {folds} folds would have none to test. "
                    + "Give fewer folds, or more patients.");
            }
        }
    }

    private static (double Deviation, Dictionary<string, int> Folds) Assign(Group[] groups, int folds)
    {
        var totals = Count([]);
        foreach (var group in groups)
            Add(totals, group.Videos, 1);
        var counts = Enumerable.Range(0, folds).Select(_ => new int[Classes]).ToArray();
        var assigned = new Dictionary<string, int>(groups.Length, StringComparer.Ordinal);
        // OrderBy is stable: groups that are equally uneven stay in their shuffled order.
        foreach (var group in groups.OrderByDescending(group => Deviation(group.Videos)))
        {
            var best = (Fold: -1, Deviation: double.PositiveInfinity, Videos: int.MaxValue);
            for (var fold = 0; fold < folds; fold++)
            {
                Add(counts[fold], group.Videos, 1);
                var deviation = Deviation(counts, totals);
                Add(counts[fold], group.Videos, -1);
                var videos = counts[fold].Sum();
                if (deviation < best.Deviation - Equal || (deviation < best.Deviation + Equal && videos < best.Videos))
                    best = (fold, deviation, videos);
            }
            Add(counts[best.Fold], group.Videos, 1);
            assigned.Add(group.Name, best.Fold);
        }
        return (Deviation(counts, totals), assigned);
    }

    /// <summary>The mean over the classes of the standard deviation, over the folds, of the share of the class's videos that a fold has.</summary>
    private static double Deviation(int[][] counts, int[] totals)
    {
        var sum = 0.0;
        for (var label = 0; label < Classes; label++)
        {
            double total = 0, squares = 0;
            foreach (var fold in counts)
            {
                var share = (double)fold[label] / totals[label];
                total += share;
                squares += share * share;
            }
            var mean = total / counts.Length;
            sum += Math.Sqrt(Math.Max(0, (squares / counts.Length) - (mean * mean)));
        }
        return sum / Classes;
    }

    /// <summary>The standard deviation of a group's numbers of videos over the classes.</summary>
    private static double Deviation(int[] videos)
    {
        var mean = videos.Average();
        return Math.Sqrt(videos.Average(count => (count - mean) * (count - mean)));
    }

    private static int[] Count(IEnumerable<Diagnosis> labels)
    {
        var counts = new int[Classes];
        foreach (var label in labels)
            counts[(int)label]++;
        return counts;
    }

    private static void Add(int[] counts, int[] more, int sign)
    {
        for (var label = 0; label < Classes; label++)
            counts[label] += sign * more[label];
    }

    private sealed record Group(string Name, int[] Videos);
}
