using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>Opens every model of a bundle in ONNX Runtime and compares its inputs and outputs with the manifest, without running it.</summary>
public static class BundleCheck
{
    /// <exception cref="BundleException">A file that ONNX Runtime refuses, or that is not what the manifest says.</exception>
    public static void Run(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        foreach (var variant in bundle.Variants)
        {
            var path = bundle.PathOf(bundle.Backbone(variant));
            using var backbone = OnnxSession.OpenToLook(path);
            OnnxContract.CheckBackbone(backbone, bundle, path);
        }
        if (!bundle.HasHead)
            return;
        var headPath = bundle.PathOf(bundle.Head);
        using var head = OnnxSession.OpenToLook(headPath);
        OnnxContract.CheckHead(head, bundle, headPath);
    }
}
