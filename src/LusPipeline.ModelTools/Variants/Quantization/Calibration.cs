using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>Runs a float32 backbone on real frames, one at a time, and measures its inner values. Memory does not grow with the number of frames.</summary>
internal static class Calibration
{
    /// <param name="values">Names of values inside the graph, all float32.</param>
    /// <exception cref="InvalidDataException">The model does not run, or gives values that are not finite.</exception>
    public static Dictionary<string, AffineRange> Measure(GraphMeasurement measurement, IReadOnlyList<string> values)
    {
        var histograms = values.Select(_ => new ValueHistogram()).ToArray();
        try
        {
            measurement.Run(values, outputs => Parallel.For(0, histograms.Length, index => histograms[index].Add(outputs[index].GetTensorDataAsSpan<float>())));
        }
        catch (AggregateException many) when (many.InnerException is InvalidDataException wrong)
        {
            throw new InvalidDataException(wrong.Message, many);
        }
        catch (Exception refused) when (refused is OnnxRuntimeException or BundleException)
        {
            throw new InvalidDataException($"ONNX Runtime does not run it on these frames ({refused.Message})", refused);
        }
        return values.Zip(histograms).ToDictionary(pair => pair.First, pair => pair.Second.BestRange(), StringComparer.Ordinal);
    }
}
