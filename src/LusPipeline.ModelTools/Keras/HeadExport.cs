using System.ComponentModel.DataAnnotations;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras;

/// <summary>How a Keras model becomes a head.</summary>
public sealed record HeadExport
{
    [EnumDataType(typeof(WeightStorage))]
    public WeightStorage WeightStorage { get; init; } = WeightStorage.Float32;

    /// <summary>T, the frames of a clip, for models that leave it open.</summary>
    [Range(1, 100_000)]
    public int? Frames { get; init; }

    /// <summary>The frames' height and width in pixels, for models of whole clips that leave them open.</summary>
    [Range(1, 16384)]
    public int? FrameSize { get; init; }
}
