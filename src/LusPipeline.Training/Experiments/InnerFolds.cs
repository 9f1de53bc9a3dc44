using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.Training.Experiments;

/// <summary>Splits a train side once more by patient, so that settings can be chosen without the test side.</summary>
/// <remarks>Clips that are only trained on follow their patient to the train side, and are on no test side.</remarks>
public static class InnerFolds
{
    /// <param name="clips">The train side.</param>
    /// <param name="wished">How many folds are wished.</param>
    /// <param name="seed">Makes the folds repeatable.</param>
    /// <returns>As many folds as there are patients of the rarest class, if that is fewer; none if that is fewer than two, or if none are wished.</returns>
    public static IReadOnlyList<ClipFold> Of(LabelledClips clips, int wished, int seed)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var patients = Enum.GetValues<Diagnosis>()
            .Min(label => clips.Clips.Where(clip => clip.Label == label).Select(clip => clip.Patient).Distinct(StringComparer.Ordinal).Count());
        var count = Math.Min(wished, patients);
        if (count < 2)
            return [];
        // Further clips of a video change nothing about how the patients are spread.
        var measured = clips.Clips.Where(clip => !clip.OnlyForTraining).ToArray();
        var folds = GroupedFolds.Assign([.. measured.Select(clip => (clip.Patient, clip.Label))], count, seed);
        var assigned = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (clip, fold) in measured.Zip(folds))
            assigned[clip.Patient] = fold;
        return [.. Enumerable.Range(0, count).Select(fold => new ClipFold($"{fold}", Train: Side(fold, test: false), Test: Side(fold, test: true)))];

        int[] Side(int fold, bool test) =>
            [.. Enumerable.Range(0, clips.Clips.Count).Where(clip => (assigned[clips.Clips[clip].Patient] == fold) == test && !(test && clips.Clips[clip].OnlyForTraining))];
    }
}
