using LusPipeline.Training.Gradients;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Training;

/// <summary>The gradient of each operator against finite differences, in float64.</summary>
public sealed class GradientRuleTests
{
    private const double Step = 1e-5;

    /// <summary>For each case its operators, the shapes of the parameters, and what is computed from them.</summary>
    private static readonly Dictionary<string, (string Operator, int[][] Shapes, Func<TensorGraph, Tensor[], Tensor> Build)> Cases = new()
    {
        ["Add"] = ("Add", [[3, 4], [3, 4]], (graph, x) => graph.Add(x[0], x[1])),
        ["Add, broadcast on both sides"] = ("Add", [[2, 1, 4], [3, 1]], (graph, x) => graph.Add(x[0], x[1])),
        ["Sub, broadcast"] = ("Sub", [[3, 4], [4]], (graph, x) => graph.Sub(x[0], x[1])),
        ["Mul, broadcast"] = ("Mul", [[2, 3, 4], [3, 1]], (graph, x) => graph.Mul(x[0], x[1])),
        ["Mul by a scalar"] = ("Mul", [[3, 4], []], (graph, x) => graph.Mul(x[0], x[1])),
        ["Mul of a value by itself"] = ("Mul", [[3, 4]], (graph, x) => graph.Mul(x[0], x[0])),
        ["Div"] = ("Div", [[3, 4], [4]], (graph, x) => graph.Div(x[0], graph.Add(graph.Mul(x[1], x[1]), graph.Scalar(1)))),
        ["Neg"] = ("Neg", [[3]], (graph, x) => graph.Neg(x[0])),
        ["Gemm"] = ("Gemm", [[3, 4], [4, 2], [2]], (graph, x) => graph.Gemm(x[0], x[1], x[2])),
        ["Gemm, A transposed"] = ("Gemm", [[4, 3], [4, 2], [3, 2]], (graph, x) => graph.Gemm(x[0], x[1], x[2], transposeA: true)),
        ["Gemm, B transposed"] = ("Gemm", [[3, 4], [2, 4]], (graph, x) => graph.Gemm(x[0], x[1], transposeB: true)),
        ["Gemm, both transposed"] = ("Gemm", [[4, 3], [2, 4], [3, 1]], (graph, x) => graph.Gemm(x[0], x[1], x[2], true, true)),
        ["Gemm, a weight that is used three times"] = ("Gemm", [[3, 4], [4, 4]], (graph, x) => graph.Gemm(graph.Gemm(graph.Gemm(x[0], x[1]), x[1]), x[1])),
        ["MatMul"] = ("MatMul", [[3, 4], [4, 2]], (graph, x) => graph.MatMul(x[0], x[1])),
        ["MatMul of stacks"] = ("MatMul", [[2, 3, 4], [2, 4, 5]], (graph, x) => graph.MatMul(x[0], x[1])),
        ["MatMul of a stack with one matrix"] = ("MatMul", [[2, 3, 4], [4, 5]], (graph, x) => graph.MatMul(x[0], x[1])),
        ["MatMul, broadcast"] = ("MatMul", [[3, 4], [2, 4, 5]], (graph, x) => graph.MatMul(x[0], x[1])),
        ["Sigmoid"] = ("Sigmoid", [[3, 4]], (graph, x) => graph.Sigmoid(x[0])),
        ["Tanh"] = ("Tanh", [[3, 4]], (graph, x) => graph.Tanh(x[0])),
        ["Relu"] = ("Relu", [[5, 6]], (graph, x) => graph.Relu(x[0])),
        ["Exp"] = ("Exp", [[3, 4]], (graph, x) => graph.Exp(x[0])),
        ["Log"] = ("Log", [[3, 4]], (graph, x) => graph.Log(graph.Add(graph.Mul(x[0], x[0]), graph.Scalar(1)))),
        ["Sqrt"] = ("Sqrt", [[3, 4]], (graph, x) => graph.Sqrt(graph.Add(graph.Mul(x[0], x[0]), graph.Scalar(1)))),
        ["Softmax"] = ("Softmax", [[2, 3, 4]], (graph, x) => graph.Softmax(x[0])),
        ["LogSoftmax"] = ("LogSoftmax", [[3, 4]], (graph, x) => graph.LogSoftmax(x[0])),
        ["LayerNormalization"] = ("LayerNormalization", [[2, 3, 5], [5], [5]], (graph, x) => graph.LayerNormalization(x[0], x[1], x[2], 1e-3f)),
        ["Slice"] = ("Slice", [[3, 5]], (graph, x) => graph.Slice(x[0], 1, 1, 4)),
        ["Concat"] = ("Concat", [[3, 2], [3, 4]], (graph, x) => graph.Concat(1, x[0], x[1], x[0])),
        ["Split"] = ("Split", [[3, 6]], (graph, x) => graph.Split(x[0], 1, 1, 2, 3) is [var a, var b, var c] ? graph.Mul(a, graph.Concat(1, c, b)) : default),
        ["Split, one part unused"] = ("Split", [[3, 6]], (graph, x) => graph.Split(x[0], 1, 2, 2, 2)[1]),
        ["Transpose"] = ("Transpose", [[2, 3, 4]], (graph, x) => graph.Transpose(x[0], 2, 0, 1)),
        ["Reshape"] = ("Reshape", [[2, 6]], (graph, x) => graph.Reshape(x[0], 3, 4)),
        ["Squeeze"] = ("Squeeze", [[2, 1, 3]], (graph, x) => graph.Squeeze(x[0], 1)),
        ["Expand"] = ("Expand", [[3, 1]], (graph, x) => graph.Expand(x[0], 2, 3, 4)),
        ["ReduceSum"] = ("ReduceSum", [[2, 3, 4]], (graph, x) => graph.ReduceSum(x[0], [0, 2])),
        ["ReduceSum, axes kept"] = ("ReduceSum", [[2, 3]], (graph, x) => graph.ReduceSum(x[0], [1], keep: true)),
        ["ReduceMean"] = ("ReduceMean", [[2, 3, 4]], (graph, x) => graph.ReduceMean(x[0], [1])),
        ["ReduceMax"] = ("ReduceMax", [[3, 5]], (graph, x) => graph.ReduceMax(x[0], [1])),
        ["ReduceSumSquare"] = ("ReduceSumSquare", [[3, 5]], (graph, x) => graph.SumOfSquares(x[0])),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_rule_gives_the_gradient_of_finite_differences(string name)
    {
        var (operation, shapes, build) = Cases[name];
        var random = new Random(7);
        var values = shapes.Select(shape => Enumerable.Range(0, Size(shape)).Select(_ => (random.NextDouble() * 2) - 1).ToArray()).ToArray();
        string[] outputs = ["loss", .. shapes.Select((_, index) => $"gradient{index}")];
        var graph = new TensorGraph(DataType.Double, outputs);
        var parameters = shapes.Select((shape, index) => graph.Input($"x{index}", shape)).ToArray();
        var result = build(graph, parameters);
        // A loss that weighs every element of the result differently, and not linearly.
        var weighted = graph.Mul(graph.Tanh(result), graph.Input("weights", result.Shape));
        var loss = result.Rank == 0 ? weighted : graph.ReduceSum(weighted, [.. Enumerable.Range(0, result.Rank)]);
        Assert.Contains(graph.Nodes, node => node.OpType == operation);

        graph.Output(loss, "loss");
        var gradients = Differentiation.Gradients(graph, loss, parameters);
        for (var i = 0; i < gradients.Count; i++)
        {
            Assert.Equal(shapes[i], gradients[i].Shape);
            graph.Output(gradients[i], $"gradient{i}");
        }
        using var options = new SessionOptions { IntraOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(graph.ToModel("test"), options);
        var weights = Enumerable.Range(0, Size(result.Shape)).Select(_ => random.NextDouble() + 0.5).ToArray();
        var computed = Run();

        for (var i = 0; i < shapes.Length; i++)
        {
            for (var element = 0; element < values[i].Length; element++)
            {
                var before = values[i][element];
                values[i][element] = before + Step;
                var above = Run()[0][0];
                values[i][element] = before - Step;
                var below = Run()[0][0];
                values[i][element] = before;
                Assert.Equal((above - below) / (2 * Step), computed[i + 1][element], 1e-7);
            }
        }

        double[][] Run()
        {
            var names = shapes.Select((_, index) => $"x{index}").Append("weights").ToArray();
            var inputs = values.Append(weights).Zip(shapes.Append(result.Shape))
                .Select(pair => OrtValue.CreateTensorValueFromMemory(pair.First, [.. pair.Second.Select(size => (long)size)])).ToArray();
            using var run = new RunOptions();
            using var found = session.Run(run, names, inputs, outputs);
            foreach (var input in inputs)
                input.Dispose();
            return [.. found.Select(value => value.GetTensorDataAsSpan<double>().ToArray())];
        }
    }

    [Fact]
    public void Every_operator_with_a_rule_has_a_case() =>
        Assert.Equal(GradientRules.Operators.Order(), Cases.Values.Select(one => one.Operator).Distinct().Order());

    [Fact]
    public void An_operator_without_a_rule_is_named()
    {
        var graph = new TensorGraph(DataType.Double);
        var x = graph.Input("x");

        var refused = Assert.Throws<NotSupportedException>(() => Differentiation.Gradients(graph, graph.Sign(x), [x]));

        Assert.Contains("Sign", refused.Message, StringComparison.Ordinal);
    }

    private static int Size(int[] shape) => shape.Aggregate(1, (product, size) => product * size);
}
