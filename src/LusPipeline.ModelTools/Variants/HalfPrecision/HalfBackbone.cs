using Google.Protobuf;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
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
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(target);
        ArgumentNullException.ThrowIfNull(frames);
        var (height, width, _) = OnnxContract.BackboneSize(source);
        try
        {
            var graph = FloatGraph.Read(source);
            var values = GraphValues.Measure(graph, frames, height, width, Path.GetDirectoryName(Path.GetFullPath(target))!, cancellation);
            var plan = new HalfPlan(graph, values);
            if (plan.Halves.Count == 0)
                throw new InvalidDataException("it has no convolution or matrix product that could compute in float16");
            using var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            HalfGraphWriter.Write(graph, values, plan).WriteTo(stream);
            return new(plan.Halves.Count, graph.Nodes.Count(node => !graph.IsConstant(node)) - plan.Halves.Count, plan.TooLarge, values.Most);
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{source}' cannot compute in float16: {wrong.Message}.", wrong);
        }
    }
}

/// <param name="HalfNodes">Nodes that compute in float16.</param>
/// <param name="FloatNodes">Nodes that compute as before.</param>
/// <param name="TooLargeNodes">Those of <paramref name="FloatNodes"/> that would leave float16's range.</param>
/// <param name="Greatest">The greatest magnitude of a value inside the network; float16 ends at 65504.</param>
public sealed record HalfSummary(int HalfNodes, int FloatNodes, int TooLargeNodes, float Greatest);
