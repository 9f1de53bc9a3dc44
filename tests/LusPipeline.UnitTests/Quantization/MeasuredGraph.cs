using System.Numerics.Tensors;
using Google.Protobuf;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.ModelTools.Variants.Quantization;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Quantization;

/// <summary>A float32 graph that ran on some frames, and its int8 form with ranges that hold every value of that run.</summary>
internal sealed class MeasuredGraph
{
    private readonly Dictionary<string, float[]> _values;
    private readonly Dictionary<string, AffineRange> _ranges;

    public MeasuredGraph(string path, byte[] frames, long[] shape)
    {
        var source = FloatGraph.Read(path);
        var plan = new QuantizationPlan(source, firstConvolution: true);
        string[] wanted = [.. plan.Measured, "features"];
        _values = Run(source.Model, wanted, frames, shape, GraphOptimizationLevel.ORT_DISABLE_ALL);
        _ranges = plan.Measured.ToDictionary(value => value, value => AffineRange.Covering(TensorPrimitives.Min<float>(_values[value]), TensorPrimitives.Max<float>(_values[value])));
        Quantized = QuantizedGraphWriter.Write(source, plan, _ranges);
    }

    public ModelProto Quantized { get; }
    public float[] Features => _values["features"];

    /// <summary>Of the value's quantization; 0 for one that stays float32.</summary>
    public double Step(string value) => _ranges.TryGetValue(value, out var range) ? range.Scale : 0;

    /// <summary>The greatest magnitude of a quantized value.</summary>
    public double Greatest(string value) => Math.Abs(TensorPrimitives.MaxMagnitude<float>(_values[value]));

    public static Dictionary<string, float[]> Run(ModelProto model, string[] values, byte[] frames, long[] shape, GraphOptimizationLevel optimization)
    {
        var open = model.Clone();
        foreach (var value in values.Where(value => open.Graph.Output.All(output => output.Name != value)))
            open.Graph.Output.Add(new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } } });
        using var options = new SessionOptions { GraphOptimizationLevel = optimization, IntraOpNumThreads = 1 };
        using var session = new InferenceSession(open.ToByteArray(), options);
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frames.AsMemory(), shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["frames"], [input], values);
        return values.Zip(outputs).ToDictionary(pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
    }
}
