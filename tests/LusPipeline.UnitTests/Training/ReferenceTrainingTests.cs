using System.Text.Json;
using LusPipeline.Buckets.Npy;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Gradients;
using LusPipeline.Training.Heads;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Training;

/// <summary>A small LSTM head with its gradients from PyTorch's autograd (float64) and ten Adam steps as Keras makes them.</summary>
public sealed class ReferenceTrainingTests
{
    private const int Frames = 5;
    private const int Features = 16;
    private const int Clips = 6;

    private static readonly HeadOptions Head = new() { Units = 8, Dense = [12, 12], Dropout = 0, L2 = 1e-3, Standardize = false };

    private static IReadOnlyList<HeadParameter> Parameters { get; } = HeadLayout.Parameters(Head, Features);

    [Fact]
    public void Gradients_equal_those_of_automatic_differentiation()
    {
        var graph = new TensorGraph(DataType.Float, ["loss", .. Parameters.Select(parameter => $"gradient/{parameter.Name}")]);
        var inputs = Parameters.Select(parameter => graph.Input(parameter.Name, parameter.Shape)).ToArray();
        var (loss, _, masks) = TrainingGraph.Forward(graph, Head, Parameters, inputs, Clips, Frames, Features);
        var gradients = Differentiation.Gradients(graph, loss, inputs);
        Assert.Empty(masks);
        foreach (var (parameter, gradient) in Parameters.Zip(gradients))
            graph.Output(gradient, $"gradient/{parameter.Name}");
        graph.Output(loss, "loss");
        using var session = new InferenceSession(graph.ToModel("gradients"));
        using var batch = Batch();
        var values = Start().Zip(Parameters, (start, parameter) => OrtValue.CreateTensorValueFromMemory(start, [.. parameter.Shape.Select(size => (long)size)])).ToArray();
        using var run = new RunOptions();

        using var outputs = session.Run(
            run,
            [TrainingGraph.Features, TrainingGraph.Targets, TrainingGraph.ClipWeights, .. Parameters.Select(parameter => parameter.Name)],
            [batch.Features, batch.Targets, batch.Weights, .. values],
            [.. Parameters.Select(parameter => $"gradient/{parameter.Name}"), "loss"]);

        for (var i = 0; i < Parameters.Count; i++)
            RequireClose(Golden($"gradient.{FileName(Parameters[i])}"), outputs[i].GetTensorDataAsSpan<float>(), 1e-5, Parameters[i].Name);
        Assert.Equal(Losses()[0], outputs[^1].GetTensorDataAsSpan<float>()[0], 1e-6);
        foreach (var value in values)
            value.Dispose();
    }

    [Fact]
    public void Ten_Adam_steps_give_the_weights_and_losses_of_Keras()
    {
        using var session = new HeadSession(Head, FitOptions.Paper, Clips, Frames, Features, null);
        using var reference = Batch();
        foreach (var (from, to) in new[] { (reference.Features, session.Batch.Features), (reference.Targets, session.Batch.Targets), (reference.Weights, session.Batch.Weights) })
            from.GetTensorDataAsSpan<float>().CopyTo(to.GetTensorMutableDataAsSpan<float>());
        session.States.Start([.. Start()]);
        session.Evaluate();
        RequireClose(Golden("probabilities.before.npy"), session.Probabilities, 1e-6, "probabilities before");
        var losses = Losses();

        for (var step = 1; step <= losses.Length; step++)
        {
            session.Step(0.01, 0, step, new Random(0));
            Assert.Equal(losses[step - 1], session.Loss, 1e-5);
        }

        var after = session.States.Weights();
        for (var i = 0; i < Parameters.Count; i++)
            RequireClose(Golden($"after10.{FileName(Parameters[i])}"), after[i], 1e-4, Parameters[i].Name);
        session.Evaluate();
        RequireClose(Golden("probabilities.after10.npy"), session.Probabilities, 1e-4, "probabilities after");
    }

    private static ClipBatch Batch()
    {
        var (shape, input) = NpyFile.Read<float>(File("input.npy"));
        Assert.Equal([Clips, Frames, Features], shape);
        var labels = NpyFile.Read<long>(File("labels.npy")).Values;
        var weights = NpyFile.Read<float>(File("class_weights.npy")).Values;
        var batch = new ClipBatch(Clips, Frames, Features, null);
        var clips = labels.Select((label, index) => new LusPipeline.Training.Data.LabelledClip($"{index}", $"{index}", (LusPipeline.Core.Probabilities.Diagnosis)label)).ToArray();
        batch.Fill(new(clips, Frames, Features, input), [0, 1, 2, 3, 4, 5], [.. weights.Select(weight => (double)weight)]);
        return batch;
    }

    private static IEnumerable<float[]> Start() => Parameters.Select(parameter => NpyFile.Read<float>(File(FileName(parameter))).Values);

    private static double[] Losses()
    {
        using var steps = JsonDocument.Parse(System.IO.File.ReadAllBytes(File("steps.json")));
        return [.. steps.RootElement.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())];
    }

    private static string FileName(HeadParameter parameter) => parameter.Name.Replace('/', '.') + ".npy";

    private static double[] Golden(string name) => NpyFile.Read<double>(File(name)).Values;

    private static string File(string name) => SharedData.Require("data", "training", name);

    /// <summary>The greatest difference, relative to the greatest value of the tensor.</summary>
    private static void RequireClose(double[] expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var (greatest, difference) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            greatest = Math.Max(greatest, Math.Abs(expected[i]));
            difference = Math.Max(difference, Math.Abs(expected[i] - actual[i]));
        }
        Assert.True(difference <= tolerance * greatest, $"{what}: {difference / greatest:g3}");
    }
}
