using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>
/// Makes the float16 variant of a backbone, for CUDA. Preprocessing stays in float32. Convolutions and the operators after them compute in float16.
/// Averages, normalizations and everything that would exceed float16's range stay in float32. Features are float32. Weights are stored as float16.
/// </summary>
public static class HalfBackbone
{
    /// <summary>Writes the variant. The same frames give the same bytes.</summary>
    /// <param name="source">The path of a float32 backbone's ONNX file. Its weights may be stored as float16.</param>
    /// <param name="frames">Typical frames, each uint8 RGB [H,W,3] of the backbone's size. The range of the inner values is measured on them.</param>
    /// <param name="target">The path of the new file, which must not exist.</param>
    /// <param name="cancellation">Cancels the work. It is checked between frames.</param>
    /// <exception cref="BundleException">The file is not a backbone, has nothing to compute in float16, or gives values that are not finite.</exception>
    public static HalfSummary Write(string source, IEnumerable<Memory<byte>> frames, string target, CancellationToken cancellation)
    {
        return BackboneConversion.Write(source, frames, target, "cannot compute in float16", Convert, cancellation);
    }

    private static (ModelProto Model, HalfSummary Summary) Convert(FloatGraph graph, GraphMeasurement measurement)
    {
        var values = GraphValues.Measure(graph, measurement);
        var plan = new HalfPlan(graph, values);
        if (plan.Halves.Count == 0)
            throw new InvalidDataException("it has no convolution or matrix product that could compute in float16");
        var floatNodes = graph.Nodes.Count(node => !graph.IsConstant(node)) - plan.Halves.Count;
        return (HalfGraphWriter.Write(graph, values, plan), new(plan.Halves.Count, floatNodes, plan.TooLarge, values.GreatestMeasured));
    }
}

/// <param name="HalfNodes">Number of nodes that compute in float16.</param>
/// <param name="FloatNodes">Number of nodes that compute as before.</param>
/// <param name="TooLargeNodes">Number of <paramref name="FloatNodes"/> that would exceed float16's range.</param>
/// <param name="Greatest">The largest magnitude of a value inside the network. The largest float16 is 65504.</param>
public sealed record HalfSummary(int HalfNodes, int FloatNodes, int TooLargeNodes, float Greatest);
