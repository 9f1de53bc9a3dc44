using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>One fold, by the numbers of clips.</summary>
/// <param name="Name">The fold's name.</param>
/// <param name="Train">Numbers of the clips to train on.</param>
/// <param name="Test">Numbers of the clips to test on.</param>
public sealed record ClipFold(string Name, IReadOnlyList<int> Train, IReadOnlyList<int> Test);

/// <summary>Finds the clips of the videos that folds name.</summary>
public static class ClipFolds
{
    /// <remarks>The test sides are without clips that are only trained on.</remarks>
    /// <param name="folds">The folds.</param>
    /// <param name="clips">The clips, with the names of a feature set.</param>
    /// <param name="source">The file of the folds, for error messages.</param>
    /// <param name="set">The folder of the feature set, for error messages.</param>
    /// <exception cref="TrainingDataException">
    /// A fold names a video that has no clip; a video is tested twice or in no fold at all; a side of a fold lacks a class.
    /// </exception>
    public static IReadOnlyList<ClipFold> Resolve(CrossValidation folds, LabelledClips clips, string source, string set)
    {
        ArgumentNullException.ThrowIfNull(folds);
        ArgumentNullException.ThrowIfNull(clips);
        var numbers = Enumerable.Range(0, clips.Clips.Count).ToLookup(clip => clips.Clips[clip].Video, StringComparer.Ordinal);
        var tested = new Dictionary<FoldVideo, string>();
        var resolved = new List<ClipFold>();
        foreach (var fold in folds.Folds)
        {
            foreach (var video in fold.Test)
            {
                if (!tested.TryAdd(video, fold.Name))
                    throw new TrainingDataException($"'{source}': '{video.Name}' is tested in fold {tested[video]} and in fold {fold.Name}. Remove it from one of them.");
            }
            var one = new ClipFold(fold.Name, Numbers(fold, fold.Train, "train"), [.. Numbers(fold, fold.Test, "test").Where(clip => !clips.Clips[clip].OnlyForTraining)]);
            RequireClasses(one.Train, fold.Name, "train");
            RequireClasses(one.Test, fold.Name, "test");
            resolved.Add(one);
        }
        var named = folds.Folds.SelectMany(fold => fold.Train.Concat(fold.Test)).Select(InSet).ToHashSet(StringComparer.Ordinal);
        var unnamed = clips.Clips.Select(clip => clip.Video).Where(video => !named.Contains(video)).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToArray();
        if (unnamed.Length > 0)
        {
            throw new TrainingDataException(
                $"'{source}' has no place for {FeatureClips.Some(unnamed)} of '{set}'. Make the folds again (lus train dataset), or make the set without those videos.");
        }
        return resolved;

        IReadOnlyList<int> Numbers(Fold fold, IReadOnlyList<FoldVideo> videos, string side)
        {
            var found = new List<int>(videos.Count);
            for (var row = 0; row < videos.Count; row++)
            {
                if (!numbers.Contains(InSet(videos[row])))
                    throw new TrainingDataException($"'{source}', fold {fold.Name}, {side}, row {row}: {Missing(videos[row])}");
                found.AddRange(numbers[InSet(videos[row])]);
            }
            return found;
        }

        string Missing(FoldVideo video)
        {
            var other = Enum.GetValues<Diagnosis>().Where(label => numbers.Contains(FeatureClips.NameInSet(label, video.Name))).ToArray();
            return other is [var label, ..]
                ? $"'{video.Name}' has the label {video.Label.Name()}, but in '{set}' it has {label.Name()}. Correct one of them."
                : $"'{set}' has no features of '{video.Name}'. Remove it from the folds, or make the set again with that video.";
        }

        void RequireClasses(IReadOnlyList<int> side, string fold, string name)
        {
            var labels = side.Select(clip => clips.Clips[clip].Label).Distinct().ToArray();
            foreach (var diagnosis in Enum.GetValues<Diagnosis>())
            {
                if (!labels.Contains(diagnosis))
                {
                    throw new TrainingDataException(
                        $"'{source}', fold {fold}, {name}: it has no video with the label {diagnosis.Name()}. "
                        + "Make other folds, with fewer of them or another seed: lus train dataset.");
                }
            }
        }
    }

    private static string InSet(FoldVideo video) => FeatureClips.NameInSet(video.Label, video.Name);
}
