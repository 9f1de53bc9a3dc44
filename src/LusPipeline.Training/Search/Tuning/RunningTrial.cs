using System.Text.Json;
using LusPipeline.Training.Search.Pruning;
using LusPipeline.Training.Search.Storage;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>A trial in the hands of its objective.</summary>
public sealed class RunningTrial
{
    private readonly SearchStorage _storage;
    private readonly long _search;
    private readonly SearchDirection _direction;
    private readonly IPruner _pruner;

    internal RunningTrial(SearchStorage storage, long search, SearchDirection direction, IPruner pruner, Trial trial)
    {
        (_storage, _search, _direction, _pruner) = (storage, search, direction, pruner);
        (Id, Number, Origin, Parameters) = (trial.Id, trial.Number, trial.RetryHistory is [var first, ..] ? first : trial.Number, trial.Parameters);
    }

    public int Number { get; }

    /// <summary>The number of the first trial with these parameters, if this one tries them again; else its own.</summary>
    public int Origin { get; }

    public IReadOnlyDictionary<string, Parameter> Parameters { get; }

    internal long Id { get; }

    /// <summary>Stores a text that Optuna's dashboard shows with the trial.</summary>
    public void Note(string name, string text) => _storage.SetUserAttribute(Id, name, $"\"{JsonEncodedText.Encode(text)}\"");

    /// <summary>Stores a value on the way.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="value">The objective's value so far.</param>
    /// <returns>Whether the trial is to be given up.</returns>
    public bool Report(int step, double value)
    {
        _storage.Report(Id, step, value);
        var all = _storage.Trials(_search);
        var verdict = _pruner.Judge(all.First(trial => trial.Id == Id), all, _direction);
        foreach (var (name, rung) in verdict.Attributes ?? new Dictionary<string, double>())
            _storage.SetSystemAttribute(Id, name, new FloatDistribution(0, 1).ValueJson(rung));
        return verdict.Prune;
    }
}
