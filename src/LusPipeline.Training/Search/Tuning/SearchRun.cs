using System.Runtime.ExceptionServices;
using System.Text.Json;
using LusPipeline.Core.Outcomes;
using LusPipeline.Training.Data;
using LusPipeline.Training.Search.Storage;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>
/// Works at a search until it has enough trials. Several processes may work at one search. A trial that is stopped midway, or whose process dies, is failed
/// and its parameters are tried again. With one job and one process, the same seed leads to the same parameters, however often the run was cut off.
/// </summary>
public sealed class SearchRun : IDisposable
{
    /// <summary>After so many failed trials in a row something is wrong with all of them.</summary>
    private const int MostFailures = 5;

    private const string FailReason = "fail_reason";

    private readonly SearchStorage _storage;
    private readonly SearchPlan _plan;
    private readonly TimeProvider _clock;
    private readonly long _search;
    private int _failures;

    private SearchRun(SearchStorage storage, SearchPlan plan, TimeProvider clock, long search) => (_storage, _plan, _clock, _search) = (storage, plan, clock, search);

    /// <summary>Opens the search, or begins it.</summary>
    /// <param name="storage">An address as Optuna has it.</param>
    /// <param name="plan">How the search goes.</param>
    /// <param name="clock">Gives local times and the rhythm of heartbeats.</param>
    /// <exception cref="SearchException">The storage cannot be used, or the search there is another one.</exception>
    public static SearchRun Open(string storage, SearchPlan plan, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(plan.Jobs, 1);
        var opened = SearchStorage.Open(storage, clock);
        try
        {
            var search = opened.OpenSearch(plan.Name, plan.Direction, plan.Metric);
            var known = opened.Attributes(search);
            foreach (var (name, json) in plan.Identity)
            {
                if (known.TryGetValue(name, out var earlier) && earlier != json)
                {
                    throw new SearchException(
                        $"The study '{plan.Name}' in {opened.Place} was made with the {name} {earlier}, and now it is {json}. "
                        + "Its values cannot be compared: give another name with --study.");
                }
                opened.AddAttribute(search, name, json);
            }
            RequireSameValues(opened, search, plan);
            return new(opened, plan, clock, search);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static void RequireSameValues(SearchStorage storage, long search, SearchPlan plan)
    {
        foreach (var (name, parameter) in storage.Trials(search).SelectMany(trial => trial.Parameters).DistinctBy(pair => pair.Key))
        {
            if (plan.Space.TryGetValue(name, out var distribution) && !distribution.IsCompatible(parameter.Distribution))
            {
                throw new SearchException(
                    $"The study '{plan.Name}' in {storage.Place} has the parameter '{name}' with other values ({parameter.Distribution.ToJson()}), and now they are {distribution.ToJson()}. "
                    + "Give the same choices with --space, or another name with --study.");
            }
        }
    }

    /// <summary>Called with each trial that has ended; calls do not overlap.</summary>
    public event Action<Trial>? Ended;

    /// <summary>Where the search is, without a password.</summary>
    public string Place => _storage.Place;

    /// <summary>All trials, by number.</summary>
    public IReadOnlyList<Trial> Trials() => _storage.Trials(_search);

    /// <param name="objective">Tries a trial's parameters. It returns the value, or null if a report told it to give up.</param>
    /// <param name="stop">Ends the run; trials that are not finished are queued again.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="LusException">The storage failed, or one trial after the other did.</exception>
    public void Run(Func<RunningTrial, CancellationToken, double?> objective, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(objective);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var jobs = Enumerable.Range(0, _plan.Jobs).Select(_ => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    while (RunOne(objective, ended.Token))
                        ended.Token.ThrowIfCancellationRequested();
                }
                catch
                {
                    // The other jobs stop, too.
                    ended.Cancel();
                    throw;
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WhenAll(jobs).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Wait(CancellationToken.None);
        var faults = jobs.Where(job => job.Exception is not null).Select(job => job.Exception!.InnerException!).ToArray();
        if ((faults.FirstOrDefault(fault => fault is not OperationCanceledException) ?? faults.FirstOrDefault()) is { } first)
            ExceptionDispatchInfo.Throw(first);
    }

    public void Dispose() => _storage.Dispose();

    /// <returns>False if there is nothing more to do.</returns>
    private bool RunOne(Func<RunningTrial, CancellationToken, double?> objective, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        _storage.FailLost(_search, _plan.GraceSeconds, ProcessMark.IsGone);
        if (_storage.Begin(_search, _plan.Trials, ProcessMark.Own, _plan.GraceSeconds) is not { } begun)
            return false;
        var state = TrialState.Fail;
        double? value = null;
        try
        {
            if (Parameters(begun) is not { } parameters)
                return false;
            _storage.SetParameters(begun.Id, parameters);
            var trial = new RunningTrial(_storage, _search, _plan.Direction, _plan.Pruner, _storage.Trial(begun.Id));
            using var alive = new Heartbeat(_storage, begun.Id, _plan.Heartbeat, _clock, stop);
            value = Try(objective, trial, alive);
            state = value is null ? TrialState.Pruned : TrialState.Complete;
            if (value is double.NaN)
                (state, value) = (TrialState.Fail, null);
        }
        catch (OperationCanceledException)
        {
            _storage.GiveBack(_search, begun);
            throw;
        }
        catch (LusException fault) when (fault is not SearchException)
        {
            // The parameters may not go together: that is no reason to end the search.
            _storage.SetSystemAttribute(begun.Id, FailReason, $"\"{JsonEncodedText.Encode(fault.Message)}\"");
            Finish(begun.Id, TrialState.Fail, null);
            if (Interlocked.Increment(ref _failures) >= MostFailures)
                throw new SearchException($"{MostFailures} trials in a row have failed, the last one so: {fault.Message}", fault);
            return true;
        }
        catch (Exception fault) when (fault is not SearchException)
        {
            Finish(begun.Id, TrialState.Fail, null);
            throw;
        }
        Volatile.Write(ref _failures, 0);
        Finish(begun.Id, state, value);
        return true;
    }

    private static double? Try(Func<RunningTrial, CancellationToken, double?> objective, RunningTrial trial, Heartbeat alive)
    {
        try
        {
            var value = objective(trial, alive.Stopped);
            alive.ThrowIfFailed();
            return value;
        }
        catch (OperationCanceledException)
        {
            // A storage that fails stops the trial, too, and says more.
            alive.ThrowIfFailed();
            throw;
        }
    }

    private void Finish(long trial, TrialState state, double? value)
    {
        _storage.Finish(trial, state, value);
        lock (_plan)
            Ended?.Invoke(_storage.Trial(trial));
    }

    /// <summary>
    /// Whether a failed trial's parameters are tried again, or were not chosen yet. It then does not count, so that the same seed gives the same
    /// parameters as if it had not been cut off.
    /// </summary>
    private static bool IsTriedAgain(Trial trial, IReadOnlyList<Trial> others) =>
        trial.State == TrialState.Fail && (trial.Parameters.Count == 0 || others.Any(other => other.RetryHistory.Contains(trial.Number)));

    /// <summary>The trial's parameters: those that are chosen already, then what Optuna's <c>enqueue_trial</c> asks for, then the sampler's.</summary>
    private Dictionary<string, Parameter>? Parameters(Trial trial)
    {
        var others = _storage.Trials(_search).Where(other => other.Id != trial.Id).ToArray();
        var place = others.Count(other => other.Number < trial.Number && !IsTriedAgain(other, others));
        var chosen = _plan.Space.Keys.All(trial.Parameters.ContainsKey)
            ? new Dictionary<string, double>()
            : _plan.Sampler.Sample(_plan.Space, others, _plan.Direction, place, new Random(unchecked((_plan.Seed * 1_000_003) + place)));
        if (chosen is null)
        {
            _storage.SetSystemAttribute(trial.Id, FailReason, "\"Nothing is left to try.\"");
            _storage.Finish(trial.Id, TrialState.Fail, null);
            return null;
        }
        using var wished = JsonDocument.Parse(trial.SystemAttributes.GetValueOrDefault("fixed_params", "{}"));
        var parameters = new Dictionary<string, Parameter>(trial.Parameters, StringComparer.Ordinal);
        foreach (var (name, distribution) in _plan.Space)
        {
            if (parameters.ContainsKey(name))
                continue;
            var value = wished.RootElement.TryGetProperty(name, out var fixedValue)
                ? distribution.Find(fixedValue) ?? throw new TrainingDataException($"Trial {trial.Number} was queued with {name} = {fixedValue.GetRawText()}, which is none of its values: {distribution.ToJson()}.")
                : chosen[name];
            parameters.Add(name, new(value, distribution));
        }
        return parameters;
    }
}
