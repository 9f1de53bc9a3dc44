using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Training.Data;

/// <summary>What belongs on one side of a fold.</summary>
public enum FoldGroup
{
    /// <summary>All videos of one patient.</summary>
    Patient,

    /// <summary>Each video for itself, as in the paper. Figures then say nothing about new patients.</summary>
    Video,
}

/// <summary>A video with its place in a cross-validation.</summary>
/// <param name="Row">The video.</param>
/// <param name="Name">Its name in feature sets, without its label.</param>
/// <param name="Fold">The fold on whose test side it is.</param>
public sealed record FoldedVideo(VideoLabel Row, string Name, string Fold);

/// <summary>Spreads labelled videos over folds.</summary>
public static class DatasetFolds
{
    /// <param name="labels">The videos. If they have folds, those are kept.</param>
    /// <param name="group">What belongs on one side.</param>
    /// <param name="folds">How many folds, at least 2; not used if the videos have folds.</param>
    /// <param name="seed">Makes the folds repeatable.</param>
    /// <returns>The videos by label and name, so that the order of the rows does not matter.</returns>
    /// <exception cref="TrainingDataException">
    /// There are no videos; two have one name; a patient or a fold is missing; videos of one content or one patient would be on both sides of a fold; a class is
    /// missing in a fold.
    /// </exception>
    public static IReadOnlyList<FoldedVideo> Assign(LabelTable labels, FoldGroup group, int folds, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Rows.Count == 0)
            throw new TrainingDataException($"'{labels.Source}' has no labelled videos.");
        var names = labels.Rows.Select(row => FeatureSetFiles.VideoName(row.File, row.Label)).ToArray();
        RequireOnce(labels, names);
        var groups = labels.Rows.Select(row => Group(labels, row, group)).ToArray();
        RequireOneGroupForEachContent(labels, groups);
        var assigned = Given(labels, groups) ?? Spread(labels, groups, folds, seed);
        return
        [
            .. labels.Rows.Select((row, video) => new FoldedVideo(row, names[video], assigned[video]))
                .OrderBy(video => video.Row.Label).ThenBy(video => video.Name, StringComparer.Ordinal),
        ];
    }

    private static string Group(LabelTable labels, VideoLabel row, FoldGroup group)
    {
        if (group == FoldGroup.Video)
            return row.File;
        return row.Patient is { Length: > 0 } patient
            ? patient
            : throw new TrainingDataException(
                $"{labels.Place(row)}: '{Shown(row.File)}' has no patient. Fill the column patient, put each patient's videos into a folder of their own "
                + "below the label's, or give --group video: figures then say nothing about new patients.");
    }

    private static void RequireOnce(LabelTable labels, string[] names)
    {
        var known = new Dictionary<string, VideoLabel>(StringComparer.Ordinal);
        for (var video = 0; video < names.Length; video++)
        {
            var row = labels.Rows[video];
            if (known.TryAdd(names[video], row))
                continue;
            throw new TrainingDataException(
                $"{labels.Place(row)}: '{Shown(row.File)}' and '{Shown(known[names[video]].File)}' would both be '{Shown(names[video])}' in the folds. "
                + "Remove or rename one.");
        }
    }

    private static void RequireOneGroupForEachContent(LabelTable labels, string[] groups)
    {
        var known = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var video = 0; video < groups.Length; video++)
        {
            var row = labels.Rows[video];
            if (row.Content is not { Length: > 0 } content || known.TryAdd(content, video) || groups[known[content]] == groups[video])
                continue;
            throw new TrainingDataException(
                $"{labels.Place(row)}: '{Shown(row.File)}' is the same file as '{Shown(labels.Rows[known[content]].File)}' (sha256), but of another patient. "
                + "Remove one, or correct the patient.");
        }
    }

    /// <summary>The folds that the labels give; null if they give none.</summary>
    private static string[]? Given(LabelTable labels, string[] groups)
    {
        var given = labels.Rows.Where(row => row.Fold is { Length: > 0 }).ToArray();
        if (given.Length == 0)
            return null;
        if (labels.Rows.FirstOrDefault(row => row.Fold is not { Length: > 0 }) is { } without)
        {
            throw new TrainingDataException(
                $"{labels.Place(without)}: '{Shown(without.File)}' has no fold, but other rows have one. Fill the column fold in every row, or remove it.");
        }
        var folds = labels.Rows.Select(row => row.Fold!).ToArray();
        if (folds.Distinct(StringComparer.Ordinal).Count() < 2)
            throw new TrainingDataException($"'{labels.Source}' has one fold only, '{Shown(folds[0])}'. Give at least two.");
        var byGroup = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var video = 0; video < folds.Length; video++)
        {
            if (!byGroup.TryAdd(groups[video], video) && folds[byGroup[groups[video]]] != folds[video])
            {
                var (row, other) = (labels.Rows[video], labels.Rows[byGroup[groups[video]]]);
                throw new TrainingDataException(
                    $"{labels.Place(row)}: the patient '{Shown(groups[video])}' is in fold {Shown(folds[video])} with '{Shown(row.File)}', "
                    + $"and in fold {Shown(other.Fold!)} with '{Shown(other.File)}'. Correct one of the rows.");
            }
        }
        return folds;
    }

    private static string[] Spread(LabelTable labels, string[] groups, int folds, int seed) =>
        [.. GroupedFolds.Assign([.. labels.Rows.Select((row, video) => (groups[video], row.Label))], folds, seed).Select(fold => $"{fold}")];

    private static string Shown(string text) => PlainText.Clean(text, 200);
}
