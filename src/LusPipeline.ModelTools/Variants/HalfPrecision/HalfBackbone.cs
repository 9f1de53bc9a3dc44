using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>
/// The float16 form of a backbone, for CUDA: preprocessing in float32 as before, convolutions and what follows them in float16, averages,
/// normalizations and whatever would leave float16's range in float32, features float32. Weights are stored as float16.
/// </summary>
public static class HalfBackbone
{
    /// <summary>Writes it. The same frames give the same bytes.</summary>
    /// <param name="source">An ONNX file of a float32 backbone; its weights may be stored as float16.</param>
    /// <param name="frames">Frames like those that it will see, each uint8 RGB [H,W,3] of the backbone's size: the range of the values inside is measured on them.</param>
    /// <param name="target">The new file; must not exist.</param>
    /// <param name="cancellation">Seen between frames.</param>
    /// <exception cref="BundleException">The file is no backbone, has nothing to compute in float16, or gives values that are no numbers.</exception>
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
        return (HalfGraphWriter.Write(graph, values, plan), new(plan.Halves.Count, floatNodes, plan.TooLarge, values.Most));
    }
}

/// <param name="HalfNodes">Nodes that compute in float16.</param>
/// <param name="FloatNodes">Nodes that compute as before.</param>
/// <param name="TooLargeNodes">Those of <paramref name="FloatNodes"/> that would leave float16's range.</param>
/// <param name="Greatest">The greatest magnitude of a value inside the network; float16 ends at 65504.</param>
public sealed record HalfSummary(int HalfNodes, int FloatNodes, int TooLargeNodes, float Greatest);
