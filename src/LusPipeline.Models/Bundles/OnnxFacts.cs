namespace LusPipeline.Models.Bundles;

/// <summary>
/// Facts that an ONNX file states, read without its weights. The reader walks protobuf's wire format by the field numbers of onnx.proto. So a file of any
/// size needs little memory, and no part of it is executed.
/// </summary>
/// <param name="Opset">The version of the default operator set.</param>
/// <param name="Weights">The type of most of the weights' bytes: float32, float16 or int8.</param>
/// <param name="HasPaddedMaxima">Whether a MaxPool reads padded zeros that may be greater than the image's values (<see cref="PaddedMaxima"/>).</param>
public readonly record struct OnnxFacts(int Opset, string Weights, bool HasPaddedMaxima)
{
    /// <exception cref="InvalidDataException">
    /// The file is not an ONNX model, has data outside the file or operators of another domain, or is nested too deeply.
    /// </exception>
    public static OnnxFacts Read(Stream stream)
    {
        var walk = new OnnxWalk(stream);
        walk.Model(stream.Length);
        return new(walk.Opset ?? throw new InvalidDataException("it names no version of ONNX' operator set, so it is not an ONNX model"), walk.Weights, walk.HasPaddedMaxima);
    }
}
