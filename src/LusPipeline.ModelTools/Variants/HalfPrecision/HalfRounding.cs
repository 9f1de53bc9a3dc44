using Google.Protobuf;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>
/// Runs a float16 backbone on the CPU with the rounding of CUDA. The CPU has no float16 kernels, so ONNX Runtime computes such nodes in float32. It also
/// removes the pairs of casts between two of them, so that values would keep float32 precision. Here every node computes in float32 too, but its results
/// are rounded to float16, and an Identity keeps the casts apart. This is slow and meant for measurement.
/// </summary>
public sealed class HalfRounding : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly int _height;
    private readonly int _width;
    private readonly int _features;

    /// <param name="path">The path of a float16 backbone.</param>
    /// <param name="scratch">A folder for a temporary copy of it.</param>
    /// <exception cref="BundleException">The file is not a backbone.</exception>
    public HalfRounding(string path, string scratch)
    {
        (_height, _width, _features) = OnnxContract.BackboneSize(path);
        var copy = Path.Combine(scratch, $"{Guid.NewGuid():N}.onnx");
        try
        {
            using (var source = File.OpenRead(path))
            using (var target = File.Create(copy))
                Rounded(ModelProto.Parser.ParseFrom(source)).WriteTo(target);
            using var settings = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            _session = OnnxSession.Open(copy, settings);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    /// <param name="frame">One frame, uint8 RGB [H, W, 3].</param>
    /// <returns>The features, float32 [D].</returns>
    public float[] Run(Memory<byte> frame)
    {
        var result = new float[_features];
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frame, [1, _height, _width, 3]);
        using var output = OrtValue.CreateTensorValueFromMemory(result, [1, _features]);
        _session.Run(_runOptions, [OnnxContract.Frames], [input], [OnnxContract.Features], [output]);
        return result;
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private static ModelProto Rounded(ModelProto model)
    {
        var nodes = model.Graph.Node.ToList();
        var made = model.Graph.Node;
        made.Clear();
        var floats = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            // A cast of the model itself already has float16 at one of its ends.
            var computes = node.OpType != "Cast";
            for (var input = 0; computes && input < node.Input.Count; input++)
            {
                if (!IsHalf(node.Input[input]))
                    continue;
                var name = node.Input[input] + "/float";
                if (floats.Add(name))
                    made.Add(Cast(node.Input[input], name, DataType.Float));
                node.Input[input] = name;
            }
            made.Add(node);
            for (var output = 0; output < node.Output.Count; output++)
            {
                var value = node.Output[output];
                if (!IsHalf(value))
                    continue;
                node.Output[output] = computes ? value + "/computed" : value + "/rounded";
                if (computes)
                    made.Add(Cast(value + "/computed", value + "/rounded", DataType.Float16));
                made.Add(new NodeProto { OpType = "Identity", Name = value + "/kept", Input = { value + "/rounded" }, Output = { value } });
            }
        }
        return model;
    }

    private static bool IsHalf(string value) => value.StartsWith(HalfGraphWriter.Prefix, StringComparison.Ordinal);

    private static NodeProto Cast(string from, string to, DataType type) =>
        new() { OpType = "Cast", Name = to + "/cast", Input = { from }, Output = { to }, Attribute = { OnnxAttribute.Int("to", (int)type) } };
}
