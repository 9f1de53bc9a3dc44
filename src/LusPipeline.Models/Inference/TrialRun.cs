using System.Numerics.Tensors;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>Runs each variant of a bundle on black and on synthetic frames, and the head on their features.</summary>
public static class TrialRun
{
    private const int ComparedFrames = 3;

    /// <returns>What <see cref="GraphComparison"/> says of each variant.</returns>
    /// <exception cref="BundleException">
    /// A model that does not open, is not what the manifest says, gives no finite features or no probabilities, or computes something else than
    /// its graph says.
    /// </exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">A model that fails while it runs.</exception>
    public static async Task<IReadOnlyList<(string Variant, string Comparison)>> RunAsync(Bundle bundle, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var options = new InferenceOptions { Arena = false };
        var features = new float[bundle.Frames * bundle.Features];
        var compared = new List<(string Variant, string Comparison)>();
        foreach (var variant in bundle.Variants)
        {
            using var backbone = OnnxBackbone.Open(bundle, variant, options);
            await backbone.ExtractAsync(new byte[bundle.Height * bundle.Width * 3], 1, features.AsMemory(0, bundle.Features), cancellation).ConfigureAwait(false);
            if (!TensorPrimitives.IsFiniteAll<float>(features.AsSpan(0, bundle.Features)))
                throw new BundleException($"'{bundle.PathOf(bundle.Backbone(variant))}' gives features that are infinite or not a number, even for a black frame. Import the model again.");
            compared.Add((variant, await GraphComparison.RunAsync(bundle, variant, backbone, options, ComparedFrames, cancellation).ConfigureAwait(false)));
        }
        if (!bundle.HasHead)
            return compared;
        for (var frame = 1; frame < bundle.Frames; frame++)
            features.AsSpan(0, bundle.Features).CopyTo(features.AsSpan(frame * bundle.Features));
        using var head = OnnxHead.Open(bundle, options);
        head.Predict(features);
        return compared;
    }
}
