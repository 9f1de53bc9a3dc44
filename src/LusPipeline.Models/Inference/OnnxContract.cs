using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>What goes into and comes out of a bundle's ONNX files; in shapes, -1 stands for any number.</summary>
internal static class OnnxContract
{
    public const string Frames = "frames";
    public const string Features = "features";
    public const string Probabilities = "probabilities";

    /// <exception cref="BundleException">Not frames uint8 [N,H,W,3] → features float32 [N,D].</exception>
    public static void CheckBackbone(InferenceSession session, Bundle bundle, string path)
    {
        Check(path, "input", session.InputMetadata, Frames, typeof(byte), [-1, bundle.Height, bundle.Width, 3]);
        Check(path, "output", session.OutputMetadata, Features, typeof(float), [-1, bundle.Features]);
    }

    /// <exception cref="BundleException">Not features float32 [B,T,D] → probabilities float32 [B,3].</exception>
    public static void CheckHead(InferenceSession session, Bundle bundle, string path)
    {
        Check(path, "input", session.InputMetadata, Features, typeof(float), [-1, bundle.Frames, bundle.Features]);
        Check(path, "output", session.OutputMetadata, Probabilities, typeof(float), [-1, bundle.Manifest.Inference.Classes.Count]);
    }

    private static void Check(string path, string end, IReadOnlyDictionary<string, NodeMetadata> found, string name, Type element, int[] shape)
    {
        if (found.Count == 1 && found.TryGetValue(name, out var one) && one.IsTensor && one.ElementType == element && one.Dimensions.SequenceEqual(shape))
            return;
        var shown = string.Join(", ", found.Take(8).Select(pair => Describe(pair.Key, pair.Value)));
        throw new BundleException($"'{path}' must have one {end}, {Describe(name, element, shape)}; it has {shown}. Import the model again, or correct the manifest.");
    }

    private static string Describe(string name, NodeMetadata metadata) =>
        metadata.IsTensor ? Describe(name, metadata.ElementType, metadata.Dimensions) : $"{name}, which is no tensor";

    private static string Describe(string name, Type element, int[] shape) =>
        $"{name} {TypeName(element)} [{string.Join(", ", shape.Select(side => side < 0 ? "any" : $"{side}"))}]";

    private static string TypeName(Type element) =>
        element == typeof(byte) ? "uint8" : element == typeof(float) ? "float32" : element.Name;
}
