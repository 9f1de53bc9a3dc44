using LusPipeline.Core.Probabilities;
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
    public static void CheckBackbone(InferenceSession session, int height, int width, int features, string path)
    {
        Check(path, "input", session.InputMetadata, Frames, typeof(byte), [-1, height, width, 3]);
        Check(path, "output", session.OutputMetadata, Features, typeof(float), [-1, features]);
    }

    /// <exception cref="BundleException">Not features float32 [B,T,D] → probabilities float32 [B,3].</exception>
    public static void CheckHead(InferenceSession session, int frames, int features, string path)
    {
        Check(path, "input", session.InputMetadata, Features, typeof(float), [-1, frames, features]);
        Check(path, "output", session.OutputMetadata, Probabilities, typeof(float), [-1, DiagnosisNames.All.Count]);
    }

    /// <summary>The height and width of the frames that an ONNX file takes, and D.</summary>
    /// <exception cref="BundleException">ONNX Runtime refuses the file, or it is no backbone.</exception>
    public static (int Height, int Width, int Features) BackboneSize(string path)
    {
        using var session = OnnxSession.OpenToLook(path);
        if (session.InputMetadata.TryGetValue(Frames, out var frames) && frames.IsTensor && frames.Dimensions is [_, > 0 and var height, > 0 and var width, 3]
            && session.OutputMetadata.TryGetValue(Features, out var features) && features.IsTensor && features.Dimensions is [_, > 0 and var length])
            return (height, width, length);
        throw new BundleException(
            $"'{path}' is no backbone: it must take {Frames} uint8 [any, height, width, 3] and give {Features} float32 [any, length], height, width and length as numbers; "
            + $"it has {Describe(session.InputMetadata)} and {Describe(session.OutputMetadata)}.");
    }

    private static void Check(string path, string end, IReadOnlyDictionary<string, NodeMetadata> found, string name, Type element, int[] shape)
    {
        if (found.Count == 1 && found.TryGetValue(name, out var one) && one.IsTensor && one.ElementType == element && one.Dimensions.SequenceEqual(shape))
            return;
        throw new BundleException($"'{path}' must have one {end}, {Describe(name, element, shape)}; it has {Describe(found)}. Correct the model, or what the manifest says of it.");
    }

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> found) =>
        string.Join(", ", found.Take(8).Select(pair => Describe(pair.Key, pair.Value)));

    private static string Describe(string name, NodeMetadata metadata) =>
        metadata.IsTensor ? Describe(name, metadata.ElementType, metadata.Dimensions) : $"{name}, which is no tensor";

    private static string Describe(string name, Type element, int[] shape) =>
        $"{name} {TypeName(element)} [{string.Join(", ", shape.Select(side => side < 0 ? "any" : $"{side}"))}]";

    private static string TypeName(Type element) =>
        element == typeof(byte) ? "uint8" : element == typeof(float) ? "float32" : element.Name;
}
