namespace LusPipeline.Models.Bundles;

/// <summary>
/// What an ONNX file says of itself, read without its weights: a walk over the wire format of protobuf by the field numbers of
/// onnx.proto, so that a file of any size costs no memory and nothing of it is run.
/// </summary>
/// <param name="Opset">The version of the default operator set.</param>
/// <param name="Weights">The type that most of the weights' bytes have: float32, float16 or int8.</param>
/// <param name="HasPaddedMaxima">Whether a MaxPool reads zeros around an image that may be greater than its values (<see cref="PaddedMaxima"/>).</param>
internal readonly record struct OnnxFacts(int Opset, string Weights, bool HasPaddedMaxima)
{
    /// <exception cref="InvalidDataException">Not an ONNX model, data outside the file, foreign operators, or nested too deeply.</exception>
    public static OnnxFacts Read(Stream stream)
    {
        var walk = new OnnxWalk(stream);
        walk.Model(stream.Length);
        return new(walk.Opset ?? throw new InvalidDataException("it names no version of ONNX' operator set, so it is no ONNX model"), walk.Weights, walk.HasPaddedMaxima);
    }
}
