using System.Text.Json.Serialization;

namespace LusPipeline.Models.Bundles;

/// <summary>The part of a bundle that can change a result. A field that this version does not know is an error.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BundleInference
{
    /// <summary>H, the height in pixels of the frames that the backbone takes.</summary>
    public required int Height { get; init; }

    /// <summary>W, the width in pixels of the frames that the backbone takes.</summary>
    public required int Width { get; init; }

    /// <summary>How the backbone's graph preprocesses the pixels: tf, caffe, torch or none. It is graph if that is unknown.</summary>
    public required string Preprocess { get; init; }

    /// <summary>T, the number of frames of one clip.</summary>
    public required int Frames { get; init; }

    /// <summary>D, the number of features of one frame.</summary>
    public required int Features { get; init; }

    /// <summary>The classes in the order of the head's output: covid, pneumonia, healthy.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>In [0, 1]. A result whose highest probability is below it is uncertain.</summary>
    public required double Threshold { get; init; }

    /// <summary>The backbone's file for each variant.</summary>
    public required IReadOnlyDictionary<string, BundleModel> Backbones { get; init; }

    /// <summary>The head; null in a bundle that only makes features.</summary>
    public BundleModel? Head { get; init; }
}

/// <param name="File">The ONNX file's name in the bundle's folder.</param>
/// <param name="Sha256">Of the file, lower-case hex.</param>
/// <param name="Weights">How the file stores its weights: float32, float16 or int8.</param>
/// <param name="Opset">The version of the ONNX operator set that the file uses.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BundleModel(string File, string Sha256, string Weights, int Opset);
