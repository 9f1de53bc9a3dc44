using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Experiments;

namespace LusPipeline.Cli.Commands;

/// <summary>What <c>lus train fit</c> trains, and what it measures.</summary>
internal sealed record FitRequest
{
    /// <summary>The new bundle's folder.</summary>
    public required string Out { get; init; }

    /// <summary>The bundle that gives the backbones.</summary>
    public required Bundle Source { get; init; }

    /// <summary>The feature set's folder.</summary>
    public required string Features { get; init; }

    /// <summary>The folders of further sets, whose clips are only trained on.</summary>
    public IReadOnlyList<string> Augment { get; init; } = [];

    /// <summary>All clips, with all columns of the features vector.</summary>
    public required LabelledClips Whole { get; init; }

    /// <summary>All clips, with the columns that the head reads.</summary>
    public required LabelledClips Clips { get; init; }

    /// <summary>The first of these columns.</summary>
    public int FirstColumn { get; init; }

    /// <summary>Whether it is known which patient a clip is of.</summary>
    public required bool PatientsKnown { get; init; }

    /// <summary>The folds to measure on; null if nothing is measured.</summary>
    public FoldedClips? Folds { get; init; }

    /// <summary>The fold on whose train side the head is trained, and on whose test side it is measured; null to train on all clips and measure on all folds.</summary>
    public ClipFold? Fold { get; init; }

    /// <summary>What the test sides have in common with the train sides.</summary>
    public IReadOnlyList<Leak> Leaks { get; init; } = [];

    public required HeadRecipe Recipe { get; init; }

    /// <summary>The folder that keeps checkpoints and finished folds until the bundle is written.</summary>
    public string Work => WorkOf(Out);

    /// <param name="folder">The new bundle's folder.</param>
    public static string WorkOf(string folder) => folder + ".fit";

    /// <summary>The clips that the head in the bundle is trained on.</summary>
    public LabelledClips Training => TrainSide(Clips);

    /// <summary>The same clips, with all columns.</summary>
    public LabelledClips WholeTraining => TrainSide(Whole);

    /// <summary>What a reader of the figures must know.</summary>
    public IEnumerable<string> Warnings()
    {
        if (!PatientsKnown)
            yield return "The patients are not known (no --labels with a column patient): each video counts as a patient of its own.";
        if (Leaks.Count > 0)
            yield return $"{Leaks.Count} clips of the test sides are known from the train sides (--allow-leak): the figures are too good.";
    }

    private LabelledClips TrainSide(LabelledClips clips) => Fold is { } fold ? clips.Select(fold.Train) : clips;

    /// <summary>Reads and checks everything, before anything is trained.</summary>
    /// <param name="columns">The first and the last column that the head reads; null for all.</param>
    /// <param name="augment">The folders of further sets, whose clips are only trained on.</param>
    /// <param name="foldsFile">The file of the folds; null for none.</param>
    /// <param name="foldName">The name of one of them; null for all.</param>
    /// <exception cref="TrainingDataException">Folds, labels and features do not fit each other, or a fold's sides are not independent and that is not allowed.</exception>
    public static FitRequest Read(
        string folder, Bundle source, string features, LabelTable? labels, int? frames, (int First, int Last)? columns, string? foldsFile, string? foldName, bool allowLeak,
        HeadRecipe recipe, IReadOnlyList<string> augment)
    {
        if (foldsFile is null)
        {
            if (foldName is not null)
                throw new TrainingDataException("--fold needs the file of the folds: give --folds.");
            var clips = FeatureClips.Read(features, labels, frames, augment);
            return new()
            {
                Out = folder,
                Source = source,
                Features = features,
                Augment = augment,
                Whole = clips,
                Clips = Chosen(clips),
                FirstColumn = columns?.First ?? 0,
                PatientsKnown = labels is not null,
                Recipe = recipe,
            };
        }
        var data = FoldedClips.Read(features, foldsFile, labels, frames, augment);
        var fold = foldName is null ? null : data.Folds.FirstOrDefault(one => one.Name == foldName)
            ?? throw new TrainingDataException($"'{foldsFile}' has no fold '{foldName}'; it has {string.Join(", ", data.Folds.Select(one => one.Name))}.");
        var leaks = LeakCheck.Find(data.Clips, fold is null ? data.Folds : [fold]);
        if (!allowLeak)
            LeakCheck.Refuse(leaks);
        return new()
        {
            Out = folder,
            Source = source,
            Features = features,
            Augment = augment,
            Whole = data.Clips,
            Clips = Chosen(data.Clips),
            FirstColumn = columns?.First ?? 0,
            PatientsKnown = data.PatientsKnown,
            Folds = data with { Clips = Chosen(data.Clips) },
            Fold = fold,
            Leaks = leaks,
            Recipe = recipe,
        };

        LabelledClips Chosen(LabelledClips all) => columns is var (first, last) ? all.Columns(first, last - first + 1) : all;
    }
}
