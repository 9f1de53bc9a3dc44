using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>The inputs and outputs of a bundle's ONNX files. In shapes, -1 stands for any number.</summary>
public static class OnnxContract
{
    /// <summary>The backbone's input: uint8 [N, H, W, 3], RGB.</summary>
    public const string Frames = "frames";

    /// <summary>The backbone's output, float32 [N, D], and the head's input, float32 [B, T, D].</summary>
    public const string Features = "features";

    /// <summary>The head's output: float32 [B, 3], in the order of <see cref="DiagnosisNames.All"/>.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>Checks that a session has the inputs and outputs of a backbone.</summary>
    /// <param name="session">The session of an ONNX file.</param>
    /// <param name="height">H, the height of a frame in pixels.</param>
    /// <param name="width">W, the width of a frame in pixels.</param>
    /// <param name="features">D, the number of features of one frame.</param>
    /// <param name="path">The file's path, for the error message.</param>
    /// <exception cref="BundleException">The session is not: frames uint8 [N,H,W,3] → features float32 [N,D].</exception>
    public static void CheckBackbone(InferenceSession session, int height, int width, int features, string path)
    {
        ArgumentNullException.ThrowIfNull(session);
        Check(path, "input", session.InputMetadata, Frames, typeof(byte), [-1, height, width, 3]);
        Check(path, "output", session.OutputMetadata, Features, typeof(float), [-1, features]);
    }

    /// <summary>Checks that a session has the inputs and outputs of a head.</summary>
    /// <param name="session">The session of an ONNX file.</param>
    /// <param name="frames">T, the number of frames of a clip.</param>
    /// <param name="features">D, the number of features of one frame.</param>
    /// <param name="path">The file's path, for the error message.</param>
    /// <exception cref="BundleException">The session is not: features float32 [B,T,D] → probabilities float32 [B,3].</exception>
    public static void CheckHead(InferenceSession session, int frames, int features, string path)
    {
        ArgumentNullException.ThrowIfNull(session);
        Check(path, "input", session.InputMetadata, Features, typeof(float), [-1, frames, features]);
        Check(path, "output", session.OutputMetadata, Probabilities, typeof(float), [-1, DiagnosisNames.All.Count]);
    }

    /// <summary>Reads H and W of the frames that an ONNX file takes, in pixels, and D.</summary>
    /// <exception cref="BundleException">ONNX Runtime refuses the file, or it is not a backbone.</exception>
    public static (int Height, int Width, int Features) BackboneSize(string path)
    {
        using var session = OnnxSession.OpenForMetadata(path);
        if (session.InputMetadata.TryGetValue(Frames, out var frames) && frames.IsTensor && frames.Dimensions is [_, > 0 and var height, > 0 and var width, 3]
            && session.OutputMetadata.TryGetValue(Features, out var features) && features.IsTensor && features.Dimensions is [_, > 0 and var length])
            return (height, width, length);
        throw new BundleException(
            $"'{path}' is not a backbone: it must take {Frames} uint8 [any, height, width, 3] and give {Features} float32 [any, length], height, width and length as numbers; "
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
        metadata.IsTensor ? Describe(name, metadata.ElementType, metadata.Dimensions) : $"{name}, which is not a tensor";

    private static string Describe(string name, Type element, int[] shape) =>
        $"{name} {TypeName(element)} [{string.Join(", ", shape.Select(side => side < 0 ? "any" : $"{side}"))}]";

    private static string TypeName(Type element) =>
        element == typeof(byte) ? "uint8" : element == typeof(float) ? "float32" : element.Name;
}
