using System.Globalization;
using LusPipeline.Training.Experiments;
using LusPipeline.Training.Search.Trials;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Shows a search while it goes on: a line for each trial that has ended, and on a terminal a live line below them.</summary>
/// <param name="wanted">How many trials the search is to have.</param>
/// <param name="folds">The number of folds.</param>
/// <param name="direction">Which values are good.</param>
internal sealed class TuneDisplay(int wanted, int folds, SearchDirection direction, IAnsiConsole console, TimeProvider clock)
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(150);

    private readonly Lock _gate = new();
    private readonly bool _live = console.Profile.Capabilities.Interactive;
    private readonly long _started = clock.GetTimestamp();
    private Trial? _best;
    private long? _shown;
    private int _done;
    private int _before;

    /// <summary>Takes over what an earlier run or another process has done.</summary>
    public void Begin(IReadOnlyList<Trial> trials)
    {
        lock (_gate)
        {
            _best = trials.Best(direction);
            _before = _done = trials.Count(trial => trial.HasResult);
            if (_done > 0)
                Line(string.Create(CultureInfo.InvariantCulture, $"{_done} trials are there already, {Best()}"));
        }
    }

    /// <param name="trial">The number of a running trial.</param>
    /// <param name="fold">The fold, from 0.</param>
    /// <param name="step">The epoch.</param>
    public void Show(int trial, int fold, FitStep step)
    {
        lock (_gate)
        {
            if (!_live || (_shown is { } shown && clock.GetElapsedTime(shown) < LiveInterval))
                return;
            _shown = clock.GetTimestamp();
            console.Profile.Out.Writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"\r\u001b[2K{_done}/{wanted} trials, {Best()}; trial {trial}: fold {fold + 1}/{folds}, epoch {step.Epoch.Epoch}/{step.Epoch.Epochs}, loss {step.Epoch.Loss:0.000}{Left()}"));
        }
    }

    public void Ended(Trial trial)
    {
        lock (_gate)
        {
            if (trial.HasResult)
                _done++;
            _best = new[] { _best, trial }.OfType<Trial>().Best(direction);
            var parameters = string.Join(' ', trial.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={Short(pair.Value)}"));
            var result = trial.State switch
            {
                TrialState.Complete => string.Create(CultureInfo.InvariantCulture, $"{trial.Value:0.0000}"),
                TrialState.Pruned => $"pruned after {trial.Intermediate.Count} of {folds} folds",
                _ => "failed",
            };
            Line(string.Create(CultureInfo.InvariantCulture, $"trial {trial.Number}: {result}, {Best()}; {parameters}{Left()}"));
        }
    }

    /// <summary>Ends the live line.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_live)
                console.Profile.Out.Writer.Write("\r\u001b[2K");
        }
    }

    private void Line(string text) => console.Profile.Out.Writer.WriteLine(_live ? $"\r\u001b[2K{text}" : text);

    private string Best() => _best is { } best ? string.Create(CultureInfo.InvariantCulture, $"best {best.Value:0.0000} (trial {best.Number})") : "none is complete";

    private string Left()
    {
        if (_done == _before || _done >= wanted)
            return "";
        var left = clock.GetElapsedTime(_started) * ((double)(wanted - _done) / (_done - _before));
        return string.Create(CultureInfo.InvariantCulture, $"; {(left.TotalMinutes < 1 ? $"{left.TotalSeconds:0} s" : $"{left.TotalMinutes:0} min")} left");
    }

    private static string Short(Parameter parameter) =>
        parameter.Distribution is FloatDistribution ? parameter.Value.ToString("G3", CultureInfo.InvariantCulture) : parameter.ToString();
}
