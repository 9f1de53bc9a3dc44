using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Heads;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusPipeline.Training.Fitting;

/// <summary>The memory of one batch: features, labels and weights of N clips. Places that no clip fills have the weight 0.</summary>
internal sealed class ClipBatch(int clips, int frames, int width, Standardization? standardization) : IDisposable
{
    public OrtValue Features { get; } = Allocate(frames, clips, width);

    public OrtValue Targets { get; } = Allocate(clips, HeadLayout.Classes);

    public OrtValue Weights { get; } = Allocate(clips);

    public int Size => clips;

    public static OrtValue Allocate(params ReadOnlySpan<int> shape)
    {
        var sizes = new long[shape.Length];
        for (var axis = 0; axis < sizes.Length; axis++)
            sizes[axis] = shape[axis];
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, sizes);
        value.GetTensorMutableDataAsSpan<float>().Clear();
        return value;
    }

    /// <summary>Takes over some clips, frame by frame.</summary>
    /// <param name="source">The clips.</param>
    /// <param name="indices">Up to <see cref="Size"/> of them.</param>
    /// <param name="classWeights">The weight of each class; null for 1.</param>
    public void Fill(LabelledClips source, ReadOnlySpan<int> indices, double[]? classWeights)
    {
        var features = Features.GetTensorMutableDataAsSpan<float>();
        var targets = Targets.GetTensorMutableDataAsSpan<float>();
        var weights = Weights.GetTensorMutableDataAsSpan<float>();
        targets.Clear();
        weights.Clear();
        for (var place = 0; place < indices.Length; place++)
        {
            var clip = source[indices[place]].Span;
            for (var frame = 0; frame < frames; frame++)
                clip.Slice(frame * width, width).CopyTo(features.Slice(((frame * clips) + place) * width, width));
            var label = (int)source.Clips[indices[place]].Label;
            targets[(place * HeadLayout.Classes) + label] = 1;
            weights[place] = (float)((classWeights?[label] ?? 1) / indices.Length);
        }
        for (var frame = 0; frame < frames; frame++)
        {
            var rows = features.Slice(frame * clips * width, clips * width);
            standardization?.Apply(rows[..(indices.Length * width)]);
            rows[(indices.Length * width)..].Clear();
        }
    }

    /// <summary>Counts the clips whose label is the most probable class, and sums their cross entropies.</summary>
    /// <param name="probabilities">[N, 3].</param>
    public static (int Right, double CrossEntropy) Score(LabelledClips source, ReadOnlySpan<int> indices, ReadOnlySpan<float> probabilities)
    {
        var (right, sum) = (0, 0.0);
        for (var place = 0; place < indices.Length; place++)
        {
            var row = probabilities.Slice(place * HeadLayout.Classes, HeadLayout.Classes);
            var label = source.Clips[indices[place]].Label;
            if (new ClassProbabilities(row[0], row[1], row[2]).Winner == label)
                right++;
            sum -= Math.Log(Math.Max(row[(int)label], float.Epsilon));
        }
        return (right, sum);
    }

    public void Dispose()
    {
        Features.Dispose();
        Targets.Dispose();
        Weights.Dispose();
    }
}
