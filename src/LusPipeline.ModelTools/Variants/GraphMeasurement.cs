using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.ModelTools.Variants;

/// <summary>Makes inner values of a graph its outputs, and runs it on frames, one at a time. Memory does not grow with the number of frames.</summary>
/// <param name="frames">The frames, each uint8 RGB [<paramref name="height"/>, <paramref name="width"/>, 3].</param>
/// <param name="scratch">A folder for the modified graph.</param>
internal sealed class GraphMeasurement(
    FloatGraph graph, IEnumerable<Memory<byte>> frames, int height, int width, string scratch, CancellationToken cancellation)
{
    /// <param name="values">Names of values inside the graph.</param>
    /// <param name="see">Receives the values of each frame, in the same order.</param>
    /// <returns>The number of frames.</returns>
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

    /// <summary>The values that are float32.</summary>
    public HashSet<string> FloatsAmong(IReadOnlyList<string> values) => Open(values, path =>
    {
        using var session = OnnxSession.OpenForMetadata(path);
        return values
            .Where(value => session.OutputMetadata[value] is { IsTensor: true } metadata && metadata.ElementType == typeof(float))
            .ToHashSet(StringComparer.Ordinal);
    });

    private T Open<T>(IReadOnlyList<string> values, Func<string, T> use) => InnerValues.Open(graph.Model, values, scratch, use);
}
