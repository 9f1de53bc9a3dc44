using System.Globalization;
using System.Numerics.Tensors;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>How close a variant's features must be to those of the float32 graph that it computes.</summary>
public sealed class FeatureTolerance
{
    /// <summary>
    /// The limit for fp32: length of the difference divided by the length of the features. Optimizers that only round differently stay below 3e-4.
    /// </summary>
    public const double MaxRelativeDifference = 1e-3;

    /// <summary>
    /// The limit for int8: the lowest mean cosine over the frames. CPUs choose this variant automatically, so it must not change a bundle's diagnoses.
    /// </summary>
    public const double LeastInt8MeanCosine = 0.96;

    /// <summary>The limit for fp16: the lowest cosine of any frame. CUDA chooses this variant automatically. Xception's worst frame has 0.99997.</summary>
    public const double LeastFp16Cosine = 0.999;

    private static readonly FeatureTolerance Float32 = new(
        (found, expected, _) => Relative(found, expected), value => value <= MaxRelativeDifference,
        value => string.Create(CultureInfo.InvariantCulture, $"the relative difference of the features is {value:0.0e-0}, at most {MaxRelativeDifference:0e-0} is allowed"));

    private static readonly FeatureTolerance Float16 = new(
        (found, expected, length) => Cosines(found, expected, length).Min(), value => value >= LeastFp16Cosine,
        value => string.Create(CultureInfo.InvariantCulture, $"the cosine of a frame's features is {value:0.000000}, at least {LeastFp16Cosine} is needed"));

    private static readonly FeatureTolerance Int8 = new(
        (found, expected, length) => Cosines(found, expected, length).Average(), value => value >= LeastInt8MeanCosine,
        value => string.Create(CultureInfo.InvariantCulture, $"the mean cosine of the features is {value:0.0000}, at least {LeastInt8MeanCosine} is needed"));

    private readonly Measure _measure;
    private readonly Func<double, bool> _allows;
    private readonly Func<double, string> _describe;

    private FeatureTolerance(Measure measure, Func<double, bool> allows, Func<double, string> describe) =>
        (_measure, _allows, _describe) = (measure, allows, describe);

    private delegate double Measure(float[] found, float[] expected, int length);

    public static FeatureTolerance ForVariant(string variant, InferenceOptions options) => variant switch
    {
        BundleVariant.Int8 => Int8,
        BundleVariant.Fp16 => Float16,
        // TF32 multiplies with 10 bits of mantissa, as float16 does.
        _ when options is { Provider: ExecutionProvider.Cuda, DeviceTf32: true } => Float16,
        _ => Float32,
    };

    /// <param name="found">Features to check, float32 [frames, <paramref name="length"/>].</param>
    /// <param name="expected">Reference features, float32 [frames, <paramref name="length"/>].</param>
    /// <param name="length">D, the number of features of a frame.</param>
    /// <returns>Whether they are close enough, and a text with the figure and its limit.</returns>
    public (bool Allowed, string Text) Compare(float[] found, float[] expected, int length)
    {
        var value = _measure(found, expected, length);
        return (_allows(value), _describe(value));
    }

    private static double Relative(float[] found, float[] expected)
    {
        var difference = TensorPrimitives.Distance<float>(found, expected);
        return difference == 0 ? 0 : (double)difference / TensorPrimitives.Norm<float>(expected);
    }

    private static IEnumerable<double> Cosines(float[] found, float[] expected, int length) =>
        from frame in Enumerable.Range(0, found.Length / length)
        select Cosine(found.AsSpan(frame * length, length), expected.AsSpan(frame * length, length));

    /// <summary>The cosine of two feature vectors; 1 if both are zero.</summary>
    private static double Cosine(ReadOnlySpan<float> found, ReadOnlySpan<float> expected) =>
        found.SequenceEqual(expected) ? 1 : TensorPrimitives.CosineSimilarity(found, expected);
}
