using Google.Protobuf;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.ModelTools.Variants;

/// <summary>Makes values inside a graph its outputs, and runs it on frames, one at a time. Memory does not grow with the frames.</summary>
/// <param name="frames">Each uint8 RGB [<paramref name="height"/>, <paramref name="width"/>, 3].</param>
/// <param name="scratch">A folder for the graph with its values as outputs.</param>
internal sealed class GraphMeasurement(
    FloatGraph graph, IEnumerable<Memory<byte>> frames, int height, int width, string scratch, CancellationToken cancellation)
{
    /// <param name="values">Values inside the graph.</param>
    /// <param name="see">Gets them for each frame, in the same order.</param>
    /// <returns>How many frames there were.</returns>
    public int Run(IReadOnlyList<string> values, Action<IReadOnlyList<OrtValue>> see) => Open(values, path =>
    {
        using var session = OnnxSession.Open(path, new InferenceOptions(), Environment.ProcessorCount);
        using var run = new RunOptions();
        var count = 0;
        foreach (var frame in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frame, [1, height, width, 3]);
            using var outputs = session.Run(run, [OnnxContract.Frames], [input], values);
            see([.. outputs]);
            count++;
        }
        return count;
    });

    /// <summary>Those of the values that are float32: ONNX Runtime infers the types of outputs that are only named.</summary>
    public HashSet<string> FloatsAmong(IReadOnlyList<string> values) => Open(values, path =>
    {
        using var session = OnnxSession.OpenToLook(path);
        return values
            .Where(value => session.OutputMetadata[value] is { IsTensor: true } metadata && metadata.ElementType == typeof(float))
            .ToHashSet(StringComparer.Ordinal);
    });

    private T Open<T>(IReadOnlyList<string> values, Func<string, T> use)
    {
        var open = graph.Model.Clone();
        foreach (var value in values.Where(value => !graph.IsOutput(value)))
            open.Graph.Output.Add(new ValueInfoProto { Name = value });
        var path = Path.Combine(scratch, $"{Guid.NewGuid():N}.onnx");
        try
        {
            using (var stream = File.Create(path))
                open.WriteTo(stream);
            return use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
