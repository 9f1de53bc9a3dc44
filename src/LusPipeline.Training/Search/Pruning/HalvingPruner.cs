using System.Globalization;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Pruning;

/// <summary>
/// Asynchronous successive halving (Li et al., A system for massively parallel hyperparameter tuning, 2020): at the steps r, 4r, 16r, … only those trials
/// go on that are among the best quarter of all that came so far. As Optuna's SuccessiveHalvingPruner with its defaults, and with its attributes in the
/// storage, so that both can work at one search.
/// </summary>
public sealed class HalvingPruner : IPruner
{
    private const int Factor = 4;

    public PruningVerdict Judge(Trial trial, IReadOnlyList<Trial> all, SearchDirection direction)
    {
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(all);
        if (trial.LastStep is not { } step || LeastResource(all) is not { } resource)
            return PruningVerdict.GoOn;
        var value = trial.Intermediate[step];
        var passed = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var rung = NextRung(trial); step >= resource * Math.Pow(Factor, rung); rung++)
        {
            if (double.IsNaN(value))
                return new(Prune: true, passed);
            var key = RungKey(rung);
            var sign = direction == SearchDirection.Minimize ? 1 : -1;
            var competing = all.Where(one => one.Number != trial.Number && one.SystemAttributes.ContainsKey(key))
                .Select(one => sign * double.Parse(one.SystemAttributes[key], CultureInfo.InvariantCulture)).Append(sign * value).Order().ToArray();
            passed.Add(key, value);
            if (sign * value > competing[Math.Max(0, (competing.Length / Factor) - 1)])
                return new(Prune: true, passed);
        }
        return new(Prune: false, passed);
    }

    private static string RungKey(int rung) => string.Create(CultureInfo.InvariantCulture, $"completed_rung_{rung}");

    private static int NextRung(Trial trial)
    {
        var rung = 0;
        while (trial.SystemAttributes.ContainsKey(RungKey(rung)))
            rung++;
        return rung;
    }

    /// <summary>r: a hundredth of the steps of complete trials, at least 1; null as long as none is complete.</summary>
    private static int? LeastResource(IReadOnlyList<Trial> all)
    {
        var steps = all.Where(one => one is { State: TrialState.Complete, LastStep: not null }).Select(one => one.LastStep!.Value).ToArray();
        return steps.Length == 0 ? null : Math.Max(steps.Max() / 100, 1);
    }
}
