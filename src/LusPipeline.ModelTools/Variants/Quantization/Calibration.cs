using Google.Protobuf;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>Runs a float32 backbone on real frames, one at a time, and measures the values inside it. Memory does not grow with the frames.</summary>
internal static class Calibration
{
    /// <param name="frames">Each uint8 RGB [<paramref name="height"/>, <paramref name="width"/>, 3].</param>
    /// <param name="values">Values inside the graph, all float32.</param>
    /// <param name="scratch">A folder for the model with its values as outputs.</param>
    /// <exception cref="InvalidDataException">The model does not run, or gives values that are no numbers.</exception>
    public static Dictionary<string, AffineRange> Measure(
        FloatGraph graph, IReadOnlyList<string> values, IEnumerable<Memory<byte>> frames, int height, int width, string scratch, CancellationToken cancellation)
    {
        var path = Path.Combine(scratch, $"{Guid.NewGuid():N}.onnx");
        var histograms = values.Select(_ => new ValueHistogram()).ToArray();
        try
        {
            WriteOpen(graph, values, path);
            using var session = OnnxSession.Open(path, new InferenceOptions(), Environment.ProcessorCount);
            using var run = new RunOptions();
            foreach (var frame in frames)
            {
                cancellation.ThrowIfCancellationRequested();
                using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frame, [1, height, width, 3]);
                using var outputs = session.Run(run, [OnnxContract.Frames], [input], values);
                Parallel.For(0, histograms.Length, index => histograms[index].Add(outputs[index].GetTensorDataAsSpan<float>()));
            }
        }
        catch (AggregateException many) when (many.InnerException is InvalidDataException wrong)
        {
            throw new InvalidDataException(wrong.Message, many);
        }
        catch (Exception refused) when (refused is OnnxRuntimeException or BundleException)
        {
            throw new InvalidDataException($"ONNX Runtime does not run it on these frames ({refused.Message})", refused);
        }
        finally
        {
            File.Delete(path);
        }
        return values.Zip(histograms).ToDictionary(pair => pair.First, pair => pair.Second.BestRange(), StringComparer.Ordinal);
    }

    private static void WriteOpen(FloatGraph graph, IReadOnlyList<string> values, string path)
    {
        var open = graph.Model.Clone();
        foreach (var value in values.Where(value => !graph.IsOutput(value)))
            open.Graph.Output.Add(new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } } });
        using var stream = File.Create(path);
        open.WriteTo(stream);
    }
}
