using System.Globalization;
using LusPipeline.Training.Experiments;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Shows how far the training over folds is, with loss and accuracy of the epoch that has just ended.</summary>
/// <param name="folds">The number of folds.</param>
internal sealed class FitDisplay(int folds, IAnsiConsole console, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private CountDisplay? _display;
    private string _text = "";
    private long? _first;

    /// <param name="fold">The number of the fold, from 0.</param>
    /// <param name="step">The epoch.</param>
    public void Show(int fold, FitStep step)
    {
        var epoch = step.Epoch;
        long perFit = epoch.Members * epoch.Epochs;
        var all = folds * step.Fits * perFit;
        var done = (((fold * step.Fits) + step.Fit - 1) * perFit) + ((epoch.Member - 1) * epoch.Epochs) + epoch.Epoch;
        _first ??= done - 1;
        var left = clock.GetElapsedTime(_started) * ((double)(all - done) / (done - _first.Value));
        _text = string.Create(
            CultureInfo.InvariantCulture,
            $"{(folds > 1 ? $"fold {fold + 1}/{folds}, " : "")}head {step.Fit}/{step.Fits}, epoch {epoch.Epoch}/{epoch.Epochs}: "
            + $"loss {epoch.Loss:0.000}, accuracy {epoch.Accuracy:0.000}{Validation(step)}, {Duration(left)} left");
        (_display ??= new((_, _) => _text, console, clock)).Show(done, all);
    }

    private static string Validation(FitStep step) => step.Epoch is { ValidationLoss: { } loss, ValidationAccuracy: { } accuracy }
        ? string.Create(CultureInfo.InvariantCulture, $"; other patients {loss:0.000}, {accuracy:0.000}")
        : "";

    private static string Duration(TimeSpan time) => time.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min");
}
