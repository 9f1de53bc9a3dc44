using LusPipeline.ModelTools.Onnx;
using LusPipeline.Training.Gradients;
using LusPipeline.Training.Heads;
using LusPipeline.UnitTests.Keras;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Training;

/// <summary>Heads as files, differentiated by their features, against the files' own run and finite differences of it.</summary>
public sealed class HeadGradientTests : IDisposable
{
    private const int Frames = 5;
    private const int Width = 4;
    private const int Clips = 3;

    private static readonly Dictionary<string, HeadOptions> Heads = new()
    {
        ["lstm"] = new() { Units = 3, Dense = [4] },
        ["lstm, two layers, both directions"] = new() { Units = 2, Layers = 2, Bidirectional = true, Dense = [] },
        ["gru"] = new() { Kind = HeadKind.Gru, Units = 3, Dense = [] },
        ["gru, both directions"] = new() { Kind = HeadKind.Gru, Units = 3, Bidirectional = true, Dense = [3] },
        ["attention"] = new() { Kind = HeadKind.Attention, Units = 4, Layers = 2, Dense = [] },
        ["mean"] = new() { Kind = HeadKind.Mean, Dense = [5] },
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Heads.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_kind_of_head_has_the_gradient_of_finite_differences(string kind) => Check(Export(Heads[kind], members: 1, temperature: 1));

    [Theory]
    [InlineData(1, 1.7)]
    [InlineData(3, 1)]
    [InlineData(3, 1.7)]
    public void Ensembles_and_temperatures_are_differentiated_too(int members, double temperature) => Check(Export(Heads["lstm"], members, temperature));

    [Fact]
    public void Standardisation_and_the_choice_of_columns_are_in_the_gradient()
    {
        var standardization = new Standardization([0.5f, -1, 0, 2], [2, 0.5f, 1, 3]);

        Check(Export(Heads["lstm"], members: 2, temperature: 1, standardization, new FeatureColumns(3, Width + 5)), Width + 5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_GRU_with_the_reset_gate_on_either_side_of_the_product_is_unrolled(int behind)
    {
        var graph = new GraphBuilder("probabilities");
        var features = graph.Input("features", DataType.Float, "B", null, Frames, Width);
        var turned = graph.Add("Transpose", "turned", [features], OnnxAttribute.Ints("perm", 1, 0, 2));
        var outputs = graph.Add(
            "GRU", "gru",
            [turned, Weight(graph, "w", 1, 9, Width), Weight(graph, "r", 1, 9, 3), Weight(graph, "b", 1, 18)], ["", "last"],
            [OnnxAttribute.Int("hidden_size", 3), OnnxAttribute.Int("linear_before_reset", behind), OnnxAttribute.Text("direction", "reverse")]);
        var logits = graph.Add("Squeeze", "logits", [outputs[1], graph.Integers("axes", 0)]);
        graph.Output(graph.Add("Softmax", "softmax", [logits], OnnxAttribute.Int("axis", 1)), "probabilities", "B", null, 3);

        Check(Save(graph));
    }

    [Fact]
    public void What_has_no_rule_is_named()
    {
        var graph = new GraphBuilder("probabilities");
        var features = graph.Input("features", DataType.Float, "B", null, Frames, Width);
        var flat = graph.Add("Flatten", "flat", [graph.Add("Elu", "elu", [features])]);
        graph.Output(graph.Add("Softmax", "softmax", [graph.Add("MatMul", "dense", [flat, Weight(graph, "w", Frames * Width, 3)])]), "probabilities", "B", null, 3);

        var unsupported = Assert.Throws<NotSupportedException>(() => HeadGradient.Open(Save(graph), Clips, Frames, Width));

        Assert.Contains("Elu", unsupported.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_reads_nothing_has_no_gradient()
    {
        var graph = new GraphBuilder("probabilities");
        graph.Input("features", DataType.Float, "B", null, Frames, Width);
        graph.Output(graph.Add("Softmax", "softmax", [Weight(graph, "w", Clips, 3)]), "probabilities", "B", null, 3);

        var none = Assert.Throws<NotSupportedException>(() => HeadGradient.Open(Save(graph), Clips, Frames, Width));

        Assert.Contains("no gradient", none.Message, StringComparison.Ordinal);
    }

    private static string Weight(GraphBuilder graph, string name, params int[] shape)
    {
        var random = new Random(name[0]);
        var weight = new WeightTensor(shape);
        foreach (ref var value in weight.Values)
            value = (random.NextSingle() * 2) - 1;
        return graph.Weight(name, weight);
    }

    private string Save(GraphBuilder graph)
    {
        var path = _folder["head.onnx"];
        using var stream = File.Create(path);
        graph.Write(stream, "head", WeightStorage.Float32, []);
        return path;
    }

    private string Export(HeadOptions options, int members, double temperature, Standardization? standardization = null, FeatureColumns? columns = null)
    {
        var random = new Random(11);
        var parameters = HeadLayout.Parameters(options, Width);
        float[][][] values = [.. Enumerable.Range(0, members).Select(_ =>
            parameters.Select(parameter => Enumerable.Range(0, parameter.Length).Select(_ => (random.NextSingle() * 2.4f) - 1.2f).ToArray()).ToArray())];
        var path = _folder["head.onnx"];
        File.WriteAllBytes(path, new HeadExport(options, Frames, Width, standardization).ToModel(values, temperature, columns));
        return path;
    }

    /// <summary>The first clip by the probability of class 0, the second by the score of class 1, the third by a mixture of probabilities.</summary>
    private static void Check(string path, int width = Width)
    {
        var random = new Random(5);
        float[] features = [.. Enumerable.Range(0, Clips * Frames * width).Select(_ => (random.NextSingle() * 2) - 1)];
        float[] byProbability = [1, 0, 0, 0, 0, 0, 0.5f, -1, 0], byScore = [0, 0, 0, 0, 1, 0, 0, 0, 0];
        using var gradient = HeadGradient.Open(path, Clips, Frames, width);

        var result = gradient.Run(features, byProbability, byScore);

        var own = Probabilities(features);
        Assert.Equal(own, result.Probabilities, (a, b) => Math.Abs(a - b) < 1e-5);
        for (var clip = 0; clip < Clips; clip++)
        {
            // The probabilities are the softmax of the scores.
            var scores = result.Scores.AsSpan(clip * 3, 3).ToArray().Select(score => Math.Exp(score)).ToArray();
            for (var one = 0; one < 3; one++)
                Assert.Equal(own[(clip * 3) + one], scores[one] / scores.Sum(), 1e-5);
        }
        const float Step = 1e-2f;
        for (var element = 0; element < features.Length; element++)
        {
            var before = features[element];
            features[element] = before + Step;
            var above = Target(features);
            features[element] = before - Step;
            var below = Target(features);
            features[element] = before;
            Assert.Equal((above - below) / (2 * Step), result.Gradient[element], 2e-3);
        }

        float[] Probabilities(float[] x) => OnnxRun.Of(path, x, [Clips, Frames, width], Clips).Values;

        double Target(float[] x) => gradient.Run(x, byProbability, byScore) is var at
            ? Enumerable.Range(0, Clips * 3).Sum(i => ((double)at.Probabilities[i] * byProbability[i]) + ((double)at.Scores[i] * byScore[i]))
            : 0;
    }
}
