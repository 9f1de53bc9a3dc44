namespace LusPipeline.Training.Search.Trials;

/// <summary>What became of a trial, by Optuna's names.</summary>
public enum TrialState
{
    Running,
    Complete,

    /// <summary>Given up early, because it did worse than others.</summary>
    Pruned,
    Fail,

    /// <summary>Its parameters are chosen, and nobody has begun it.</summary>
    Waiting,
}

/// <summary>Whether small or large values are good.</summary>
public enum SearchDirection
{
    Minimize,
    Maximize,
}

/// <summary>A parameter of a trial.</summary>
/// <param name="Value">The number, or the index of a choice.</param>
/// <param name="Distribution">What it was taken from.</param>
public readonly record struct Parameter(double Value, Distribution Distribution)
{
    public override string ToString() => Distribution.Text(Value);
}

/// <summary>One try of a search, as it is stored.</summary>
public sealed record Trial
{
    /// <summary>The row's id in the storage.</summary>
    public long Id { get; init; }

    /// <summary>The number within the search, from 0.</summary>
    public required int Number { get; init; }

    public required TrialState State { get; init; }

    public IReadOnlyDictionary<string, Parameter> Parameters { get; init; } = new Dictionary<string, Parameter>();

    /// <summary>What was reported on the way, by step.</summary>
    public IReadOnlyDictionary<int, double> Intermediate { get; init; } = new Dictionary<int, double>();

    /// <summary>The objective's value; null if there is none.</summary>
    public double? Value { get; init; }

    /// <summary>Attributes that belong to the search's user, as JSON.</summary>
    public IReadOnlyDictionary<string, string> UserAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Attributes that belong to the program, as JSON.</summary>
    public IReadOnlyDictionary<string, string> SystemAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Local time, as Optuna writes it.</summary>
    public DateTime? Started { get; init; }

    /// <summary>Local time, as Optuna writes it.</summary>
    public DateTime? Completed { get; init; }

    public bool IsFinished => State is TrialState.Complete or TrialState.Pruned or TrialState.Fail;

    /// <summary>Whether a sampler can learn from it.</summary>
    public bool HasResult => State is TrialState.Pruned || (State is TrialState.Complete && Value is not null);

    /// <summary>The numbers of the failed trials whose parameters this one tries again, the first one first (Optuna's attribute <c>retry_history</c>).</summary>
    public IReadOnlyList<int> RetryHistory { get; init; } = [];

    public int? LastStep => Intermediate.Count == 0 ? null : Intermediate.Keys.Max();
}

/// <summary>Compares trials.</summary>
public static class TrialOrder
{
    /// <summary>The complete trial with the best value, the first of equals; null if there is none.</summary>
    public static Trial? Best(this IEnumerable<Trial> trials, SearchDirection direction) =>
        trials.Where(trial => trial is { State: TrialState.Complete, Value: not null }).OrderBy(trial => trial.Loss(direction)).ThenBy(trial => trial.Number).FirstOrDefault();

    /// <summary>The value of a complete trial, turned so that small is good.</summary>
    public static double Loss(this Trial trial, SearchDirection direction)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return direction == SearchDirection.Minimize ? trial.Value!.Value : -trial.Value!.Value;
    }
}
