using LusPipeline.Buckets.FeatureSets;

namespace LusPipeline.Training.Data;

/// <summary>Clips with their folds: all that training and evaluation read.</summary>
/// <param name="Clips">One clip for each video, and behind them those that are only trained on.</param>
/// <param name="Folds">The folds, by the numbers of clips.</param>
/// <param name="PatientsKnown">Whether labels said which patient a video is of. If not, each video counts as a patient of its own.</param>
public sealed record FoldedClips(LabelledClips Clips, IReadOnlyList<ClipFold> Folds, bool PatientsKnown)
{
    /// <summary>What a report says if patients are not known.</summary>
    public const string WithoutPatients =
        "The patients are not known (no --labels with a column patient): each video counts as a patient of its own. A patient on both sides of a fold is not found, "
        + "and the intervals may be too narrow.";

    /// <param name="set">The folder of the feature set.</param>
    /// <param name="folds">The file of the folds.</param>
    /// <param name="labels">Says which patient a video is of; null if nobody knows.</param>
    /// <param name="frames">How many of a video's frames to take; null for all.</param>
    /// <param name="augment">The folders of further sets of the same videos, whose clips are only trained on.</param>
    /// <exception cref="FeatureSetException">The set cannot be read, or a value in it is infinite or not a number.</exception>
    /// <exception cref="TrainingDataException">Folds, labels and features do not fit each other.</exception>
    public static FoldedClips Read(string set, string folds, LabelTable? labels, int? frames, IReadOnlyList<string>? augment = null)
    {
        var read = CrossValidationFile.Read(folds);
        var clips = FeatureClips.Read(set, labels, frames, augment);
        return new(clips, ClipFolds.Resolve(read, clips, folds, set), labels is not null);
    }
}
