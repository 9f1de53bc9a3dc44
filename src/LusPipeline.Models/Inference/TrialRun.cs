using System.Numerics.Tensors;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>Runs each variant of a bundle on black and on synthetic frames, and runs the head on their features.</summary>
public static class TrialRun
{
    private const int ComparedFrames = 3;

    /// <exception cref="BundleException">
    /// A model cannot be opened, does not match the manifest, gives features that are not finite or outputs that are not probabilities, or computes
    /// something else than its graph describes.
    /// </exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">A model fails while it runs.</exception>
    public static async Task<TrialResult> RunAsync(Bundle bundle, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var options = new InferenceOptions { Arena = false };
        var features = new float[bundle.Frames * bundle.Features];
        var comparisons = new List<(string Variant, string Text)>();
        var whole = true;
        foreach (var variant in bundle.Variants)
        {
            using var backbone = OnnxBackbone.Open(bundle, variant, options);
            await backbone.ExtractAsync(new byte[bundle.Height * bundle.Width * 3], 1, features.AsMemory(0, bundle.Features), cancellation).ConfigureAwait(false);
            if (!TensorPrimitives.IsFiniteAll<float>(features.AsSpan(0, bundle.Features)))
                throw new BundleException($"'{bundle.PathOf(bundle.Backbone(variant))}' gives features that are infinite or NaN, even for a black frame. Import the model again.");
            var reason = GraphComparison.WhyNot(variant);
            whole &= reason is null;
            comparisons.Add((variant, reason is null
                ? await GraphComparison.RunAsync(bundle, variant, backbone, options, ComparedFrames, cancellation).ConfigureAwait(false)
                : $"not compared with its graph: {reason}"));
        }
        if (bundle.HasHead)
            RunHead(bundle, options, features);
        return new(comparisons, whole);
    }

    private static void RunHead(Bundle bundle, InferenceOptions options, float[] features)
    {
        for (var frame = 1; frame < bundle.Frames; frame++)
            features.AsSpan(0, bundle.Features).CopyTo(features.AsSpan(frame * bundle.Features));
        using var head = OnnxHead.Open(bundle, options);
        head.Predict(features);
    }
}

/// <param name="Comparisons">The text of <see cref="GraphComparison"/> for each variant.</param>
/// <param name="Whole">Whether every variant was compared, so that the bundle may be marked as checked.</param>
public sealed record TrialResult(IReadOnlyList<(string Variant, string Text)> Comparisons, bool Whole);
