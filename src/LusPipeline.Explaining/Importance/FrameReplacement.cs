using System.Numerics.Tensors;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Inference;

namespace LusPipeline.Explaining.Importance;

/// <summary>
/// What a head says of changed clips. It needs the head's answers only, so it works for every head. Features are float32 [T,D], row by row.
/// </summary>
/// <param name="head">The head that diagnosed.</param>
internal sealed class FrameReplacement(OnnxHead head)
{
    /// <summary>
    /// For each frame, how much the class's probability falls when the frame's features are replaced by the mean over the clip's frames (occlusion: Zeiler and
    /// Fergus, 2014, with the mean in the place of the grey patch). Below 0: without the frame, the class is more probable.
    /// </summary>
    public IReadOnlyList<double> Falls(float[] features, Diagnosis explained)
    {
        ArgumentNullException.ThrowIfNull(features);
        var mean = Mean(features);
        var clips = new float[head.Frames * features.Length];
        for (var frame = 0; frame < head.Frames; frame++)
        {
            var clip = clips.AsSpan(frame * features.Length, features.Length);
            features.CopyTo(clip);
            mean.CopyTo(clip.Slice(frame * head.FeatureLength, head.FeatureLength));
        }
        var whole = head.Predict(features)[explained];
        return [.. head.PredictAll(clips).Select(without => whole - without[explained])];
    }

    /// <summary>
    /// For each frame, the prediction of a video that ends behind it: the head takes the frames so far, spread over its T places by the formula of clip plans,
    /// (2i+1)·m / (2T) of m frames, as it does with a video that has fewer frames than T.
    /// </summary>
    public IReadOnlyList<ClassProbabilities> Curve(float[] features)
    {
        ArgumentNullException.ThrowIfNull(features);
        var (frames, width) = (head.Frames, head.FeatureLength);
        var clips = new float[frames * features.Length];
        for (var known = 1; known <= frames; known++)
        {
            var clip = clips.AsSpan((known - 1) * features.Length, features.Length);
            for (var place = 0; place < frames; place++)
                features.AsSpan(((2 * place) + 1) * known / (2 * frames) * width, width).CopyTo(clip[(place * width)..]);
        }
        return head.PredictAll(clips);
    }

    /// <summary>The mean over the frames, [D].</summary>
    public float[] Mean(ReadOnlySpan<float> features)
    {
        var mean = new float[head.FeatureLength];
        for (var frame = 0; frame < head.Frames; frame++)
            TensorPrimitives.Add(mean, features.Slice(frame * mean.Length, mean.Length), mean);
        TensorPrimitives.Divide(mean, head.Frames, mean);
        return mean;
    }
}
