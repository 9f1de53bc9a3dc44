using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.Training.Experiments;

/// <summary>Splits a train side once more by patient, so that settings can be chosen without the test side.</summary>
public static class InnerFolds
{
    /// <param name="clips">The train side.</param>
    /// <param name="folds">How many folds are wished.</param>
    /// <param name="seed">Makes the folds repeatable.</param>
    /// <returns>As many folds as there are patients of the rarest class, if that is fewer; none if that is fewer than two, or if none are wished.</returns>
    public static IReadOnlyList<ClipFold> Of(LabelledClips clips, int folds, int seed)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var patients = Enum.GetValues<Diagnosis>()
            .Min(label => clips.Clips.Where(clip => clip.Label == label).Select(clip => clip.Patient).Distinct(StringComparer.Ordinal).Count());
        var count = Math.Min(folds, patients);
        if (count < 2)
            return [];
        var assigned = GroupedFolds.Assign([.. clips.Clips.Select(clip => (clip.Patient, clip.Label))], count, seed);
        return [.. Enumerable.Range(0, count).Select(fold => new ClipFold($"{fold}", Train: Side(fold, test: false), Test: Side(fold, test: true)))];

        int[] Side(int fold, bool test) => [.. Enumerable.Range(0, assigned.Length).Where(clip => (assigned[clip] == fold) == test)];
    }
}
