using Google.Protobuf;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.UnitTests.Keras;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Inference;

/// <summary>ONNX Runtime makes a Pad of zeros a part of the MaxPool after it, whose own padding is less than any value.</summary>
public sealed class PaddedPoolingTests : IDisposable
{
    private const int Side = 8;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("MaxPool", null)]
    [InlineData("MaxPool", "Relu")]
    [InlineData("MaxPool", "Cast")]
    [InlineData("MaxPool", "Identity")]
    [InlineData("AveragePool", null)]
    [InlineData("AveragePool", "Relu")]
    [InlineData("AveragePool", null, 1)]
    [InlineData("AveragePool", null, 0, 1)]
    [InlineData("AveragePool", null, 1, 1)]
    [InlineData("Conv", null)]
    public void A_session_counts_zeros_around_an_image_as_values(string reader, string? before, int countsPadding = 0, int ownPadding = 0)
    {
        Write(reader, before, countsPadding, ownPadding);

        using var optimised = OnnxSession.Open(_folder["graph.onnx"], new InferenceOptions(), threads: 1);
        using var plain = OnnxSession.OpenUnoptimized(_folder["graph.onnx"], threads: 1);

        Assert.InRange(Closeness.RelativeL2(Run(optimised), Run(plain)), 0, 1e-5);
    }

    [Theory]
    [InlineData("MaxPool", null, true)]
    [InlineData("MaxPool", "Cast", true)]
    [InlineData("MaxPool", "Identity", true)]
    [InlineData("MaxPool", "Relu", false)]
    [InlineData("MaxPool", "DequantizeLinear", false)]
    [InlineData("AveragePool", null, false)]
    [InlineData("Conv", null, false)]
    public void The_optimizer_stays_on_where_it_does_no_harm(string reader, string? before, bool harmful)
    {
        Write(reader, before);

        using var stream = File.OpenRead(_folder["graph.onnx"]);

        Assert.Equal(harmful, OnnxFacts.Read(stream).HasPaddedMaxima);
    }

    private void Write(string reader, string? before, int countsPadding = 0, int ownPadding = 0)
    {
        var graph = new GraphBuilder("features");
        var frames = graph.Input("frames", DataType.Uint8, "N", null, Side, Side, 3);
        var pixels = graph.Add("Cast", "pixels", [frames], OnnxAttribute.Int("to", (int)DataType.Float));
        var planes = graph.Add("Transpose", "planes", [pixels], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        // All pixels are below zero.
        var value = graph.Add("Sub", "shifted", [planes, graph.Scalar("shift", 300)]);
        if (before == "Relu")
            value = graph.Add("Relu", "positive", [graph.Add("Neg", "mirrored", [value])]);
        if (before == "DequantizeLinear")
            value = graph.Add("DequantizeLinear", "rounded", [graph.Add("QuantizeLinear", "bytes", [value, graph.Scalar("scale", 1), "zero"]), "scale", "zero"]);
        value = graph.Add("Pad", "padded", [value, graph.Integers("pads", 0, 0, 1, 1, 0, 0, 1, 1)]);
        if (before == "Cast")
            value = graph.Add("Cast", "double", [value], OnnxAttribute.Int("to", (int)DataType.Double));
        if (before == "Identity")
            value = graph.Add("Identity", "same", [value]);
        value = reader == "Conv"
            ? graph.Add("Conv", "read", [value, graph.Weight("kernel", new WeightTensor([.. Enumerable.Range(-13, 27).Select(weight => (float)weight)], 1, 3, 3, 3))], Window(ownPadding))
            : graph.Add(reader, "read", [value], reader == "MaxPool" ? Window(ownPadding) : [.. Window(ownPadding), OnnxAttribute.Int("count_include_pad", countsPadding)]);
        if (before == "Cast")
            value = graph.Add("Cast", "single", [value], OnnxAttribute.Int("to", (int)DataType.Float));
        var length = (reader == "Conv" ? 1 : 3) * 4 * 4;
        graph.Output(graph.Add("Flatten", "flat", [value]), "features", "N", null, length);
        using (var stream = File.Create(_folder["graph.onnx"]))
            graph.Write(stream, "padded", WeightStorage.Float32, []);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder["graph.onnx"]));
        model.Graph.Initializer.Add(new TensorProto { Name = "zero", DataType = (int)DataType.Uint8, RawData = ByteString.CopyFrom(0) });
        File.WriteAllBytes(_folder["graph.onnx"], model.ToByteArray());
    }

    private static AttributeProto[] Window(int padding) =>
        [OnnxAttribute.Ints("kernel_shape", 3, 3), OnnxAttribute.Ints("strides", 2, 2), OnnxAttribute.Ints("pads", 0, 0, padding, padding)];

    private static float[] Run(InferenceSession session)
    {
        var frame = new byte[Side * Side * 3];
        new Random(1).NextBytes(frame);
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frame.AsMemory(), [1, Side, Side, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, [OnnxContract.Frames], [input], [OnnxContract.Features]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
