using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>
/// Static quantization after training. Weights become int8 with one scale for each output channel. Activations become uint8 with one range for each tensor,
/// measured on real frames. Convolutions, additions and maxima are quantized. Everything else stays float32, including the average over the last feature
/// maps.
/// </summary>
public static class BackboneQuantizer
{
    /// <summary>Writes the int8 variant of a backbone. The same frames in the same order give the same bytes.</summary>
    /// <param name="source">The path of a float32 backbone's ONNX file. Its weights may be stored as float16.</param>
    /// <param name="frames">Typical frames, each uint8 RGB [H,W,3] of the backbone's size.</param>
    /// <param name="target">The path of the new file, which must not exist.</param>
    /// <param name="cancellation">Cancels the work. It is checked between frames.</param>
    /// <exception cref="BundleException">The file is not a backbone, has nothing to quantize, or gives values that are not finite.</exception>
    public static void Quantize(string source, IEnumerable<Memory<byte>> frames, string target, CancellationToken cancellation)
    {
        BackboneConversion.Write(source, frames, target, "cannot be quantized", Convert, cancellation);
    }

    private static (ModelProto Model, int MeasuredValues) Convert(FloatGraph graph, GraphMeasurement measurement)
    {
        var plan = new QuantizationPlan(graph, firstConvolution: false);
        var measured = plan.Measured;
        if (measured.Count == 0)
            throw new InvalidDataException("it has no convolution that could compute in int8");
        return (QuantizedGraphWriter.Write(graph, plan, Calibration.Measure(measurement, measured)), measured.Count);
    }
}
