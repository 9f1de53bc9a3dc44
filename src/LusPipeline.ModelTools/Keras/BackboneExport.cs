using System.ComponentModel.DataAnnotations;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras;

/// <summary>How a Keras model becomes a backbone.</summary>
public sealed record BackboneExport
{
    [EnumDataType(typeof(Preprocess))]
    public Preprocess Preprocess { get; init; } = Preprocess.Tf;

    /// <summary>The layer whose output are the features, by name or by <c>model/layer</c>. Null: the model's last pooled or flattened layer.</summary>
    public string? CutAtLayer { get; init; }

    [EnumDataType(typeof(WeightStorage))]
    public WeightStorage WeightStorage { get; init; } = WeightStorage.Float32;

    /// <summary>The frames' height and width in pixels, for models that leave them open.</summary>
    [Range(1, 16384)]
    public int? FrameSize { get; init; }
}

/// <summary>What a backbone takes and gives.</summary>
/// <param name="Height">H of the input <c>frames</c>, uint8 [N,H,W,3] RGB.</param>
/// <param name="Width">W of it.</param>
/// <param name="Features">D of the output <c>features</c>, float32 [N,D].</param>
/// <param name="Layer">The layer that they come from.</param>
public sealed record BackboneFacts(int Height, int Width, int Features, string Layer);

/// <summary>What a head takes and gives.</summary>
/// <param name="Frames">T of the input <c>features</c>, float32 [B,T,D].</param>
/// <param name="Features">D of it.</param>
/// <param name="Classes">The number of <c>probabilities</c>, float32 [B,classes].</param>
public sealed record HeadFacts(int Frames, int Features, int Classes);
