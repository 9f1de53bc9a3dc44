using System.Globalization;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Tuning;

/// <summary>What a search may choose: options of <c>lus train fit</c>, by their names with underscores, as Optuna's users write them.</summary>
public static class TuneParameters
{
    /// <summary>The parameter that chooses the columns of the features.</summary>
    public const string Columns = "columns";

    private static readonly Dictionary<string, (bool IsNumber, bool IsWhole, Func<TunedHead, string, TunedHead> Set)> Known = new(StringComparer.Ordinal)
    {
        ["head"] = Choice((one, text) => one with { Head = one.Head with { Kind = Enum.Parse<HeadKind>(text, ignoreCase: true) } }),
        ["layers"] = Whole((one, number) => one with { Head = one.Head with { Layers = number } }),
        ["bidirectional"] = Choice((one, text) => one with { Head = one.Head with { Bidirectional = bool.Parse(text) } }),
        ["summary"] = Choice((one, text) => one with { Head = one.Head with { Summary = Enum.Parse<FrameSummary>(text, ignoreCase: true) } }),
        ["units"] = Whole((one, number) => one with { Head = one.Head with { Units = number } }),
        ["input_dropout"] = Real((one, number) => one with { Head = one.Head with { InputDropout = number } }),
        ["dropout"] = Real((one, number) => one with { Head = one.Head with { Dropout = number } }),
        ["dense"] = Choice((one, text) => one with { Head = one.Head with { Dense = Sizes(text) } }),
        ["l2"] = Real((one, number) => one with { Head = one.Head with { L2 = number } }),
        ["standardize"] = Choice((one, text) => one with { Head = one.Head with { Standardize = bool.Parse(text) } }),
        ["epochs"] = Whole((one, number) => one with { Fit = one.Fit with { Epochs = number } }),
        ["batch"] = Whole((one, number) => one with { Fit = one.Fit with { Batch = number } }),
        ["learning_rate"] = Real((one, number) => one with { Fit = one.Fit with { LearningRate = number } }),
        ["schedule"] = Choice((one, text) => one with { Fit = one.Fit with { Schedule = Schedule(text) } }),
        ["weight_decay"] = Real((one, number) => one with { Fit = one.Fit with { WeightDecay = number } }),
        ["clip_norm"] = Real((one, number) => one with { Fit = one.Fit with { ClipNorm = number } }),
        ["class_weights"] = Choice((one, text) => one with { Fit = one.Fit with { ClassWeights = bool.Parse(text) } }),
        ["patience"] = Whole((one, number) => one with { Fit = one.Fit with { Patience = number } }),
        ["ensemble"] = Whole((one, number) => one with { Fit = one.Fit with { Ensemble = number } }),
        [Columns] = Choice((one, text) => one with { Columns = text }),
    };

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Whether a parameter may have a range.</summary>
    internal static bool IsNumber(string name) => Known[name].IsNumber;

    /// <summary>Whether a parameter is a whole number.</summary>
    internal static bool IsWhole(string name) => Known[name].IsWhole;

    /// <summary>Sets parameters. What a kind of head does not have, the mean's layers for instance, is left as it has to be.</summary>
    /// <param name="start">What the parameters do not say.</param>
    /// <param name="parameters">Some of <see cref="Names"/>; others are not for a head and are left out.</param>
    /// <exception cref="HeadException">A value is not possible.</exception>
    public static TunedHead Apply(TunedHead start, IReadOnlyDictionary<string, Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var head = start;
        foreach (var (name, parameter) in parameters)
        {
            if (!Known.TryGetValue(name, out var known))
                continue;
            try
            {
                head = known.Set(head, parameter.ToString());
            }
            catch (Exception fault) when (fault is FormatException or ArgumentException or OverflowException)
            {
                throw new HeadException($"The parameter {name} cannot be '{parameter}'.");
            }
        }
        if (head.Head.Kind == HeadKind.Mean)
            head = head with { Head = head.Head with { Layers = 1 } };
        if (head.Head.Kind is HeadKind.Mean or HeadKind.Attention)
            head = head with { Head = head.Head with { Bidirectional = false, Summary = FrameSummary.Last } };
        head.Head.Validate();
        head.Fit.Validate();
        return head;
    }

    private static (bool, bool, Func<TunedHead, string, TunedHead>) Choice(Func<TunedHead, string, TunedHead> set) => (false, false, set);

    private static (bool, bool, Func<TunedHead, string, TunedHead>) Whole(Func<TunedHead, int, TunedHead> set) =>
        (true, true, (one, text) => set(one, int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)));

    private static (bool, bool, Func<TunedHead, string, TunedHead>) Real(Func<TunedHead, double, TunedHead> set) =>
        (true, false, (one, text) => set(one, double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)));

    private static IReadOnlyList<int> Sizes(string text) =>
        text == "none" ? [] : [.. text.Split(',').Select(size => int.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture))];

    private static LearningRateSchedule Schedule(string text) => text switch
    {
        "one-cycle" => LearningRateSchedule.OneCycle,
        "constant" => LearningRateSchedule.Constant,
        _ => throw new FormatException(),
    };
}

/// <summary>What the parameters of a trial stand for.</summary>
/// <param name="Head">The layers.</param>
/// <param name="Fit">How they are trained.</param>
/// <param name="Columns">The name of a choice of columns; null for those that the search was given.</param>
public readonly record struct TunedHead(HeadOptions Head, FitOptions Fit, string? Columns = null);
