using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.UnitTests.Quantization;

/// <summary>Each pattern of operators in int8 differs from float32 by no more than roundings can add up to.</summary>
public sealed class QuantizedPatternTests : IDisposable
{
    private const int Side = 10;
    private const int Channels = 8;
    private const int Frames = 3;

    private static readonly Dictionary<string, Func<BoundedGraph, BoundedValue, BoundedValue>> PatternsByName = new()
    {
        ["convolution"] = (graph, x) => graph.Convolution(x, 6, window: 3),
        ["convolution with strides"] = (graph, x) => graph.Convolution(x, 6, window: 3, stride: 2),
        ["convolution in groups"] = (graph, x) => graph.Convolution(x, 6, window: 3, groups: 2),
        ["depthwise"] = (graph, x) => graph.Convolution(x, Channels, window: 3, groups: Channels),
        ["pointwise"] = (graph, x) => graph.Convolution(x, 12, window: 1),
        ["convolution and relu"] = (graph, x) => graph.Relu(graph.Convolution(x, 6, window: 3)),
        ["separable"] = (graph, x) => graph.Relu(graph.Convolution(graph.Convolution(x, Channels, window: 3, groups: Channels), 6, window: 1)),
        ["addition"] = (graph, x) => graph.Sum(graph.Convolution(x, 6, window: 1), graph.Convolution(x, 6, window: 3)),
        ["addition and relu"] = (graph, x) => graph.Relu(graph.Sum(graph.Convolution(x, 6, window: 1), graph.Convolution(x, 6, window: 3))),
        ["relu of an addition that others read"] = (graph, x) =>
        {
            var sum = graph.Sum(graph.Convolution(x, Channels, window: 1), graph.Convolution(x, Channels, window: 3));
            return graph.Sum(sum, graph.Convolution(graph.Relu(sum), Channels, window: 1));
        },
        ["maxima"] = (graph, x) => graph.Maxima(graph.Convolution(x, 6, window: 3)),
        ["mean"] = (graph, x) => graph.Mean(graph.Relu(graph.Convolution(x, 6, window: 3))),
        ["dense"] = (graph, x) => graph.Dense(graph.Mean(graph.Convolution(x, Channels, window: 3)), 5),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Patterns => [.. PatternsByName.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Patterns))]
    public void A_pattern_stays_within_its_roundings(string name)
    {
        var (measured, bound) = Build(name);

        var error = GreatestError(measured, GraphOptimizationLevel.ORT_DISABLE_ALL);
        Assert.InRange(error, 1e-6, bound);
        // Roundings never all go one way: the bound is far, and what happens is near.
        Assert.InRange(error / measured.Features.Max(Math.Abs), 0, 0.03);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void The_int8_kernels_of_CPUs_that_use_them_do_the_same(string name)
    {
        Assert.SkipUnless(CpuInt8.IsFast, "without VNNI and AMX sums of 8-bit products saturate, so int8 is not used here");
        var (measured, bound) = Build(name);

        Assert.InRange(GreatestError(measured, GraphOptimizationLevel.ORT_ENABLE_ALL), 1e-6, bound);
    }

    private (MeasuredGraph Measured, double Bound) Build(string name)
    {
        var graph = new BoundedGraph(Side, Channels);
        var features = graph.End(PatternsByName[name](graph, graph.Planes()));
        using (var stream = File.Create(_folder["pattern.onnx"]))
            graph.Graph.Write(stream, "pattern", WeightStorage.Float32, []);
        var measured = new MeasuredGraph(_folder["pattern.onnx"], Pixels(), [Frames, Side, Side, Channels]);
        // What float32 itself rounds.
        return (measured, (features.Unrounded(measured) * 1.0001) + 1e-6);
    }

    private static double GreatestError(MeasuredGraph measured, GraphOptimizationLevel optimization)
    {
        var found = MeasuredGraph.Run(measured.Quantized, ["features"], Pixels(), [Frames, Side, Side, Channels], optimization)["features"];
        return measured.Features.Zip(found, (exact, near) => Math.Abs((double)exact - near)).Max();
    }

    private static byte[] Pixels()
    {
        var pixels = new byte[Frames * Side * Side * Channels];
        new Random(5).NextBytes(pixels);
        return pixels;
    }
}
