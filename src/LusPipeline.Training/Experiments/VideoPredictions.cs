using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.Training.Experiments;

/// <summary>Makes predictions for videos of those for clips: a video's result is the mean over its clips, as in the pipeline.</summary>
public static class VideoPredictions
{
    /// <param name="data">Clips and folds.</param>
    /// <param name="predict">Gives the probabilities of a fold's clips, in their order.</param>
    internal static IReadOnlyList<Prediction> OfFolds(FoldedClips data, Func<ClipFold, IReadOnlyList<int>, IReadOnlyList<ClassProbabilities>> predict) =>
        [.. data.Folds.SelectMany(fold => Of(data.Clips, fold.Name, fold.Test, predict(fold, fold.Test)))];

    /// <param name="all">The clips.</param>
    /// <param name="fold">The fold's name.</param>
    /// <param name="clips">Numbers of the clips that were predicted.</param>
    /// <param name="probabilities">Their probabilities, in that order.</param>
    public static IEnumerable<Prediction> Of(LabelledClips all, string fold, IReadOnlyList<int> clips, IReadOnlyList<ClassProbabilities> probabilities)
    {
        ArgumentNullException.ThrowIfNull(all);
        return clips.Zip(probabilities).GroupBy(pair => all.Clips[pair.First].Video, StringComparer.Ordinal).Select(video =>
        {
            var clip = all.Clips[video.First().First];
            return new Prediction(clip.Video, clip.Patient, fold, clip.Label, Result.Mean([.. video.Select(pair => pair.Second)], threshold: 0).Probabilities);
        });
    }
}
