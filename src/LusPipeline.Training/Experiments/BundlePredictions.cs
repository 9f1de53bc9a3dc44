using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.Training.Experiments;

/// <summary>The predictions of a bundle's head for the test sides of folds. Nothing is trained.</summary>
public static class BundlePredictions
{
    /// <param name="bundle">The bundle, with a head.</param>
    /// <param name="data">Clips with as many frames and features as the head takes, and folds.</param>
    /// <exception cref="BundleException">The bundle has no head, or ONNX Runtime refuses it.</exception>
    /// <exception cref="TrainingDataException">The clips have another number of frames or features.</exception>
    public static IReadOnlyList<Prediction> Predict(Bundle bundle, FoldedClips data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(data);
        RequireShape(bundle, data.Clips);
        using var head = OnnxHead.Open(bundle, new InferenceOptions());
        return VideoPredictions.OfFolds(data, (_, clips) =>
        {
            var probabilities = new List<ClassProbabilities>(clips.Count);
            foreach (var clip in clips)
            {
                cancellation.ThrowIfCancellationRequested();
                probabilities.Add(head.Predict(data.Clips[clip].Span));
            }
            return probabilities;
        });
    }

    /// <summary>
    /// How many of the tested videos the bundle's head was trained on, by the contents of their features; null if the manifest does not say it. Features
    /// of another variant or another choice of frames have another content.
    /// </summary>
    public static int? TrainedOn(Bundle bundle, FoldedClips data)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(data);
        if (bundle.Manifest.Training is not { Contents.Count: > 0 } training)
            return null;
        var contents = training.Contents.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return data.Folds.SelectMany(fold => fold.Test).Where(clip => contents.Contains(ClipContents.Sha256(data.Clips, clip)))
            .Select(clip => data.Clips.Clips[clip].Video).Distinct(StringComparer.Ordinal).Count();
    }

    private static void RequireShape(Bundle bundle, LabelledClips clips)
    {
        if (clips.Width != bundle.Features)
        {
            throw new TrainingDataException(
                $"The features have {clips.Width} values a frame, and the bundle {bundle.Name} {bundle.Version} takes {bundle.Features}. "
                + $"Make features with it: lus features --model {bundle.Name}.");
        }
        if (clips.Frames != bundle.Frames)
            throw new TrainingDataException($"The clips have {clips.Frames} frames, and the bundle {bundle.Name} {bundle.Version} takes {bundle.Frames}.");
    }
}
