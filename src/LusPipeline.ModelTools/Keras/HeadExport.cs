using System.ComponentModel.DataAnnotations;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras;

/// <summary>The options for exporting a Keras model as a head.</summary>
public sealed record HeadExport
{
    [EnumDataType(typeof(WeightStorage))]
    public WeightStorage WeightStorage { get; init; } = WeightStorage.Float32;

    /// <summary>T, the number of frames of a clip, for models in which it is not fixed.</summary>
    [Range(1, 100_000)]
    public int? Frames { get; init; }

    /// <summary>The frames' height and width in pixels, for models of whole clips whose input size is not fixed.</summary>
    [Range(1, 16384)]
    public int? FrameSize { get; init; }
}
