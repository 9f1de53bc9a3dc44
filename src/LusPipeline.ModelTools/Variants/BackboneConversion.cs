using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.ModelTools.Variants;

/// <summary>
/// Writes another variant of a float32 backbone. It reads the graph, lets the conversion measure it on frames and rewrite it, and writes the result.
/// </summary>
internal static class BackboneConversion
{
    /// <param name="source">The path of a float32 backbone's ONNX file. Its weights may be stored as float16.</param>
    /// <param name="frames">Frames for the measurement, each uint8 RGB [H,W,3] of the backbone's size.</param>
    /// <param name="target">The path of the new file, which must not exist.</param>
    /// <param name="fault">The part of the error message for a graph that cannot be converted, for example "cannot be quantized".</param>
    /// <param name="convert">Rewrites the graph and returns a summary.</param>
    /// <exception cref="BundleException">The file is not a backbone, or <paramref name="convert"/> cannot convert it.</exception>
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
            OnnxFile.Write(target, model);
            return summary;
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{source}' {fault}: {wrong.Message}.", wrong);
        }
    }
}
