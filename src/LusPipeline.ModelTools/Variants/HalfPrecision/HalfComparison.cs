using System.Numerics.Tensors;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>How close the features of a float16 backbone are to those of the float32 one.</summary>
/// <param name="Frames">Number of frames that were compared.</param>
/// <param name="MeanCosine">Mean over the frames of the cosine between the two feature vectors.</param>
/// <param name="WorstRelativeError">The largest relative error of a frame: length of the difference divided by the length of the features.</param>
public sealed record HalfComparison(int Frames, double MeanCosine, double WorstCosine, double WorstRelativeError)
{
    /// <param name="single">The path of the float32 backbone.</param>
    /// <param name="half">The path of the float16 backbone.</param>
    /// <param name="frames">The frames, at least one, each uint8 RGB [H,W,3].</param>
    /// <param name="scratch">A folder for a temporary copy.</param>
    /// <exception cref="BundleException">A file is not a backbone, or its features are infinite or not a number.</exception>
    public static HalfComparison Measure(string single, string half, IReadOnlyList<Memory<byte>> frames, string scratch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfZero(frames.Count);
        var (height, width, length) = OnnxContract.BackboneSize(single);
        using var rounding = new HalfRounding(half, scratch);
        using var session = OnnxSession.Open(single, new InferenceOptions(), Environment.ProcessorCount);
        using var run = new RunOptions();
        var exact = new float[length];
        var difference = new float[length];
        double cosines = 0, worstCosine = 1, worstError = 0;
        foreach (var frame in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frame, [1, height, width, 3]);
            using var output = OrtValue.CreateTensorValueFromMemory(exact, [1, length]);
            session.Run(run, [OnnxContract.Frames], [input], [OnnxContract.Features], [output]);
            var near = rounding.Run(frame);
            if (!TensorPrimitives.IsFiniteAll<float>(near))
                throw new BundleException($"'{half}' gives features that are infinite or NaN.");
            var cosine = TensorPrimitives.CosineSimilarity(exact, near);
            TensorPrimitives.Subtract(exact, near, difference);
            cosines += cosine;
            worstCosine = Math.Min(worstCosine, cosine);
            worstError = Math.Max(worstError, TensorPrimitives.Norm(difference) / Math.Max(TensorPrimitives.Norm(exact), float.Epsilon));
        }
        return new(frames.Count, cosines / frames.Count, worstCosine, worstError);
    }
}
