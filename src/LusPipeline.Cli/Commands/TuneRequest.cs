using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Experiments;
using LusPipeline.Training.Search.Pruning;
using LusPipeline.Training.Search.Sampling;
using LusPipeline.Training.Search.Trials;
using LusPipeline.Training.Search.Tuning;

namespace LusPipeline.Cli.Commands;

/// <summary>What <c>lus train tune</c> searches, and on which clips.</summary>
internal sealed record TuneRequest
{
    /// <summary>The clips with all columns, and the folds.</summary>
    public required FoldedClips Data { get; init; }

    /// <summary>Address of the storage, as Optuna has it.</summary>
    public required string Storage { get; init; }

    /// <summary>The search's name in the storage.</summary>
    public required string Study { get; init; }

    public required TuneMetric Metric { get; init; }

    /// <summary>What the parameters do not say.</summary>
    public required TunedHead Start { get; init; }

    public required IReadOnlyDictionary<string, Distribution> Space { get; init; }

    /// <summary>The columns of each choice of the parameter <c>columns</c>.</summary>
    public required IReadOnlyDictionary<string, (int First, int Last)> Columns { get; init; }

    public required ISampler Sampler { get; init; }

    public required IPruner Pruner { get; init; }

    public required int Trials { get; init; }

    public required int Jobs { get; init; }

    public required int InnerFolds { get; init; }

    public required int Seed { get; init; }

    /// <summary>The folder that keeps finished folds of trials that are not finished.</summary>
    public required string Work { get; init; }

    public SearchPlan Plan() => new()
    {
        Name = Study,
        Direction = Metric.Direction,
        Metric = Metric.Name,
        Space = Space,
        Sampler = Sampler,
        Pruner = Pruner,
        Trials = Sampler is GridSampler ? Math.Min(Trials, GridSampler.Points(Space)) : Trials,
        Jobs = Jobs,
        Seed = Seed,
        Identity = new Dictionary<string, string>
        {
            ["objective"] = $"\"{Metric.Name}\"",
            ["data"] = $"\"{Content(Data)}\"",
            ["settings"] = string.Create(CultureInfo.InvariantCulture, $"\"{Start.Head.Arguments} {Start.Fit.Arguments} --inner-folds {InnerFolds} --seed {Seed}\""),
        },
    };

    public HeadObjective Objective(Action<int, int, FitStep>? progress) => new()
    {
        Data = Data,
        Start = Start,
        Columns = Columns,
        Metric = Metric,
        InnerFolds = InnerFolds,
        Seed = Seed,
        Folder = Work,
        Progress = progress,
    };

    /// <summary>The options of <c>lus train fit</c> for the parameters of a trial.</summary>
    public string Arguments(IReadOnlyDictionary<string, Parameter> parameters)
    {
        var tuned = TuneParameters.Apply(Start, parameters);
        return $"{(tuned.Columns is null ? "" : $"--columns {tuned.Columns} ")}{tuned.Head.Arguments} {tuned.Fit.Arguments}";
    }

    /// <summary>Reads the choices of columns.</summary>
    /// <exception cref="TrainingDataException">The bundle or the features have no such columns.</exception>
    public static IReadOnlyDictionary<string, (int First, int Last)> ColumnsOf(IReadOnlyDictionary<string, Distribution> space, Func<Bundle> bundle, FoldedClips data)
    {
        var columns = new Dictionary<string, (int First, int Last)>(StringComparer.Ordinal);
        if (!space.TryGetValue(TuneParameters.Columns, out var distribution))
            return columns;
        foreach (var index in Enumerable.Range(0, ((CategoricalDistribution)distribution).Choices.Count))
        {
            var text = distribution.Text(index);
            var range = FeatureColumnsText.Read(text, bundle())!.Value;
            if (range.Last >= data.Clips.Width)
                throw new TrainingDataException($"The parameter columns has the choice '{text}', and the features have the columns 0 to {data.Clips.Width - 1}.");
            columns.Add(text, range);
        }
        return columns;
    }

    /// <summary>sha256 of all that the values of trials depend on in the data, shortened.</summary>
    private static string Content(FoldedClips data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(data.Clips.Values.Span));
        foreach (var clip in data.Clips.Clips)
            hash.AppendData(Encoding.UTF8.GetBytes($"{clip.Video}\0{clip.Patient}\0{clip.Label}\n"));
        foreach (var fold in data.Folds)
            hash.AppendData(Encoding.UTF8.GetBytes($"{string.Join(' ', fold.Train)}|{string.Join(' ', fold.Test)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
