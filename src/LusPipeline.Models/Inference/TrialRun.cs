using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>Runs a bundle once on black frames, each of its variants that this machine's CPU can run.</summary>
public static class TrialRun
{
    /// <exception cref="BundleException">A model that does not open, is not what the manifest says, or gives no finite features or no probabilities.</exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">A model that fails while it runs.</exception>
    public static async Task RunAsync(Bundle bundle, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var options = new InferenceOptions { Arena = false };
        var features = new float[bundle.Frames * bundle.Features];
        foreach (var variant in bundle.Variants)
        {
            using var backbone = OnnxBackbone.Open(bundle, variant, options);
            await backbone.ExtractAsync(new byte[bundle.Height * bundle.Width * 3], 1, features.AsMemory(0, bundle.Features), cancellation);
            if (!System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(features.AsSpan(0, bundle.Features)))
                throw new BundleException($"'{bundle.PathOf(bundle.Backbone(variant))}' gives features that are infinite or not a number, even for a black frame. Import the model again.");
        }
        if (!bundle.HasHead)
            return;
        for (var frame = 1; frame < bundle.Frames; frame++)
            features.AsSpan(0, bundle.Features).CopyTo(features.AsSpan(frame * bundle.Features));
        using var head = OnnxHead.Open(bundle, options);
        head.Predict(features);
    }
}
