using Google.Protobuf;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.ModelTools.Variants;

/// <summary>Writes another variant of a float32 backbone: reads the graph, lets it be measured on frames and rewritten, and writes the result.</summary>
internal static class BackboneConversion
{
    /// <param name="source">An ONNX file of a float32 backbone; its weights may be stored as float16.</param>
    /// <param name="frames">Each uint8 RGB [H,W,3] of the backbone's size.</param>
    /// <param name="target">The new file; must not exist.</param>
    /// <param name="fault">What cannot be done when the graph does not fit: "cannot be quantized".</param>
    /// <param name="convert">Rewrites the graph, and says something of it.</param>
    /// <exception cref="BundleException">The file is no backbone, or <paramref name="convert"/> found what it cannot convert.</exception>
    public static T Write<T>(
        string source,
        IEnumerable<Memory<byte>> frames,
        string target,
        string fault,
        Func<FloatGraph, GraphMeasurement, (ModelProto Model, T Summary)> convert,
        CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(target);
        ArgumentNullException.ThrowIfNull(frames);
        var (height, width, _) = OnnxContract.BackboneSize(source);
        try
        {
            var graph = FloatGraph.Read(source);
            var scratch = Path.GetDirectoryName(Path.GetFullPath(target))!;
            var (model, summary) = convert(graph, new GraphMeasurement(graph, frames, height, width, scratch, cancellation));
            using var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            model.WriteTo(stream);
            return summary;
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{source}' {fault}: {wrong.Message}.", wrong);
        }
    }
}
