using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>
/// Compares the features of an open backbone with those of the bundle's float32 graph. The graph runs node by node without ONNX Runtime's optimizers. This
/// detects an optimizer that changes what a model computes; nothing else would.
/// </summary>
public static class GraphComparison
{
    /// <summary>Why a variant cannot be compared on this machine; null if it can.</summary>
    public static string? WhyNot(string variant) => variant == BundleVariant.Int8 && !CpuInt8.IsFast
        ? "this CPU has neither VNNI nor AMX, so sums of 8-bit products saturate and its int8 features are known to differ"
        : null;

    /// <param name="variant">The variant that <paramref name="backbone"/> computes.</param>
    /// <param name="options">The options with which <paramref name="backbone"/> was opened.</param>
    /// <param name="frames">Number of synthetic frames to compare, at least 1.</param>
    /// <returns>A text with the figure and its limit.</returns>
    /// <exception cref="BundleException">The features differ by more than <see cref="FeatureTolerance"/> allows; the message gives the figure and the limit.</exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">A graph fails while it runs.</exception>
    public static async Task<string> RunAsync(
        Bundle bundle, string variant, IBackbone backbone, InferenceOptions options, int frames, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        var pixels = SyntheticFrames.Make(frames, bundle.Height, bundle.Width);
        var found = new float[frames * bundle.Features];
        await backbone.ExtractAsync(pixels, frames, found, cancellation).ConfigureAwait(false);
        var graph = bundle.Variants.Contains(BundleVariant.Fp32) ? BundleVariant.Fp32 : variant;
        var expected = RunUnoptimized(bundle, graph, pixels, frames, cancellation);

        var (allowed, text) = FeatureTolerance.ForVariant(variant, options).Compare(found, expected, bundle.Features);
        if (allowed)
            return text;
        throw new BundleException(
            $"'{bundle.PathOf(bundle.Backbone(variant))}' computes something else than its graph ({graph}, without optimizations): {text}. {Remedy(bundle, variant)}");
    }

    private static float[] RunUnoptimized(Bundle bundle, string variant, byte[] pixels, int frames, CancellationToken cancellation)
    {
        using var session = OnnxSession.OpenUnoptimized(bundle.PathOf(bundle.Backbone(variant)), Environment.ProcessorCount);
        using var run = new RunOptions();
        var features = new float[frames * bundle.Features];
        var size = pixels.Length / frames;
        for (var frame = 0; frame < frames; frame++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, pixels.AsMemory(frame * size, size), [1, bundle.Height, bundle.Width, 3]);
            using var output = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, features.AsMemory(frame * bundle.Features, bundle.Features), [1, bundle.Features]);
            try
            {
                session.Run(run, [OnnxContract.Frames], [input], [OnnxContract.Features], [output]);
            }
            catch (OnnxRuntimeException failed)
            {
                throw OnnxSession.RunFailed(failed);
            }
        }
        return features;
    }

    private static string Remedy(Bundle bundle, string variant) => variant switch
    {
        BundleVariant.Fp32 => "Its results would be wrong. Please report it with the model's architecture.",
        _ when bundle.Variants.Contains(BundleVariant.Fp32) => $"Use the variant fp32, or make {variant} again from it.",
        _ => "Import the model again.",
    };
}
