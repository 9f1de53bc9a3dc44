using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>
/// Static quantization after training: int8 weights with a scale for each output channel, uint8 activations with a range for each tensor,
/// the ranges measured on real frames. Convolutions, additions and maxima are quantized; everything else, the average over the
/// last maps among it, stays float32.
/// </summary>
public static class BackboneQuantizer
{
    /// <summary>Writes the int8 form of a backbone. The same frames in the same order give the same bytes.</summary>
    /// <param name="source">An ONNX file of a float32 backbone; its weights may be stored as float16.</param>
    /// <param name="frames">Frames like those that it will see, each uint8 RGB [H,W,3] of the backbone's size.</param>
    /// <param name="target">The new file; must not exist.</param>
    /// <param name="cancellation">Seen between frames.</param>
    /// <exception cref="BundleException">The file is no backbone, has nothing to quantize, or gives values that are no numbers.</exception>
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
