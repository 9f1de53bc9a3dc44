namespace LusPipeline.ModelTools.Onnx;

/// <summary>How the ONNX file stores weights. Computation is in float32 in either case.</summary>
public enum WeightStorage
{
    Float32,

    /// <summary>
    /// Tensors of 20,000 and more elements are stored as float16 and cast to float32 when the model loads; smaller ones
    /// (biases, normalisation, first convolutions) stay float32.
    /// </summary>
    Float16,
}
