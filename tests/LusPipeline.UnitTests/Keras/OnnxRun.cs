using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.UnitTests.Keras;

/// <summary>Runs an ONNX file of one input and one output.</summary>
internal static class OnnxRun
{
    /// <summary>Runs along the first axis in batches, which are put together again.</summary>
    public static (long[] Shape, float[] Values) Of<T>(string path, T[] values, long[] shape, int batch = 4)
        where T : unmanaged
    {
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        using var session = new InferenceSession(path, options);
        var perItem = values.Length / (int)shape[0];
        var results = new List<float>();
        long[] outputShape = [];
        for (var first = 0; first < shape[0]; first += batch)
        {
            var count = (int)Math.Min(batch, shape[0] - first);
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, values.AsMemory(first * perItem, count * perItem), [count, .. shape[1..]]);
            using var run = new RunOptions();
            using var outputs = session.Run(run, [session.InputNames[0]], [input], [session.OutputNames[0]]);
            results.AddRange(outputs[0].GetTensorDataAsSpan<float>());
            outputShape = outputs[0].GetTensorTypeAndShape().Shape;
        }
        outputShape[0] = shape[0];
        return (outputShape, [.. results]);
    }
}
