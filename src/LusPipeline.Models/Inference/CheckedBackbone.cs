using LusPipeline.Core.Outcomes;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>Opens backbones for work. If this version of <c>lus models</c> has not checked the bundle, it is first checked with one frame.</summary>
public static class CheckedBackbone
{
    private const int Frames = 1;

    /// <exception cref="BundleException">
    /// As for <see cref="OnnxBackbone.Open"/>, or ONNX Runtime's optimizers change what the model computes (<see cref="GraphComparison"/>).
    /// </exception>
    /// <exception cref="BrokenEngineException">As for <see cref="OnnxBackbone.Open"/>.</exception>
    public static OnnxBackbone Open(Bundle bundle, string variant, InferenceOptions options)
    {
        var backbone = OnnxBackbone.Open(bundle, variant, options);
        if (bundle.IsChecked || GraphComparison.WhyNot(variant) is not null)
            return backbone;
        try
        {
            GraphComparison.RunAsync(bundle, variant, backbone, options, Frames, CancellationToken.None).GetAwaiter().GetResult();
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }
}
