using System.ComponentModel.DataAnnotations;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;

namespace LusPipeline.ModelTools.Keras;

/// <summary>The options for exporting a Keras model as a backbone.</summary>
public sealed record BackboneExport
{
    [EnumDataType(typeof(Preprocess))]
    public Preprocess Preprocess { get; init; } = Preprocess.Tf;

    /// <summary>
    /// The layer whose output gives the features, by name or by <c>model/layer</c>. Null means the model's last pooling or flattening layer.
    /// </summary>
    public string? CutAtLayer { get; init; }

    /// <summary>
    /// The layers whose outputs together give the features, one after another; empty for <see cref="CutAtLayer"/> alone. The output of a layer that gives
    /// pictures is averaged over each picture.
    /// </summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    [EnumDataType(typeof(WeightStorage))]
    public WeightStorage WeightStorage { get; init; } = WeightStorage.Float32;

    /// <summary>The frames' height and width in pixels, for models whose input size is not fixed.</summary>
    [Range(1, 16384)]
    public int? FrameSize { get; init; }
}

/// <summary>The inputs and outputs of a backbone.</summary>
/// <param name="Height">H of the input <c>frames</c>, uint8 [N,H,W,3] RGB.</param>
/// <param name="Width">W of the input <c>frames</c>.</param>
/// <param name="Features">D of the output <c>features</c>, float32 [N,D].</param>
/// <param name="Layers">The layers whose outputs give the features.</param>
public sealed record BackboneFacts(int Height, int Width, int Features, IReadOnlyList<BundleLayer> Layers);

/// <summary>The inputs and outputs of a head.</summary>
/// <param name="Frames">T of the input <c>features</c>, float32 [B,T,D].</param>
/// <param name="Features">D of the input <c>features</c>.</param>
/// <param name="Classes">Number of classes in the output <c>probabilities</c>, float32 [B,classes].</param>
public sealed record HeadFacts(int Frames, int Features, int Classes);
