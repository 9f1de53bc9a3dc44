using System.Diagnostics;
using System.Globalization;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Training.Data;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Gradients;
using LusPipeline.Training.Heads;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Benchmarks;

/// <summary>Training of heads on the features of labelled videos: speed against this machine's matrix products, and accuracy over folds by patient.</summary>
internal static class TrainBenchmark
{
    /// <summary>The size of the matrices whose product gives the machine's rate.</summary>
    private const int ProductSize = 2048;

    /// <summary>Trains the paper's head on the first fold, between two measurements of the machine's rate.</summary>
    /// <param name="set">The folder of a feature set.</param>
    /// <param name="folds">A <c>cross_val.json</c>.</param>
    public static void MeasureSpeed(string set, string folds)
    {
        var (clips, split) = Read(set, folds);
        var training = clips.Select(split[0].Train);
        var before = ProductRate();
        var (head, options) = (HeadOptions.Paper, FitOptions.Paper);
        using var process = Process.GetCurrentProcess();
        var (begun, cpu) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        using var fitted = HeadFitter.Fit(training, null, head, options, seed: 1);
        var wall = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        process.Refresh();
        var used = (process.TotalProcessorTime - cpu).TotalSeconds;
        var rate = (before + ProductRate()) / 2;
        var batch = Math.Min(options.Batch, training.Clips.Count);
        var steps = options.Epochs * ((training.Clips.Count + batch - 1) / batch);
        var operations = (double)steps * StepOperations(head, batch, clips.Frames, clips.Width);
        Print($"{training.Clips.Count} clips of {clips.Frames}×{clips.Width}, LSTM {head.Units}, dense {string.Join(",", head.Dense)}, batch {batch}, {options.Epochs} epochs: {steps} steps");
        Print($"{wall:0.0} s ({used:0.0} s of CPU time on {Environment.ProcessorCount} cores), peak memory {process.PeakWorkingSet64 / 1e6:0} MB");
        Print($"{operations / 1e9 / wall:0} GFLOP/s in matrix products; one product of {ProductSize}³: {rate / 1e9:0} GFLOP/s; share {operations / wall / rate:0.00}");
        Print($"last epoch: loss {fitted.Epochs[^1].Loss:0.0000}, accuracy {fitted.Epochs[^1].Accuracy:0.000}");
    }

    /// <summary>Trains on each fold and tests on the rest.</summary>
    public static void MeasureAccuracy(string set, string folds, HeadOptions head, FitOptions options, int seed)
    {
        var (clips, split) = Read(set, folds);
        var begun = Stopwatch.GetTimestamp();
        var (accuracies, balanced) = (new List<double>(), new List<double>());
        foreach (var fold in split)
        {
            using var fitted = HeadFitter.Fit(clips.Select(fold.Train), null, head, options, seed);
            var test = clips.Select(fold.Test);
            var hits = test.Clips.Zip(fitted.Predict(test), (clip, probabilities) => (clip.Label, Hit: clip.Label == probabilities.Winner ? 1.0 : 0)).ToArray();
            accuracies.Add(hits.Average(one => one.Hit));
            balanced.Add(hits.GroupBy(one => one.Label).Average(label => label.Average(one => one.Hit)));
            Print($"  fold {fold.Name}: accuracy {accuracies[^1]:0.000}, balanced {balanced[^1]:0.000}");
        }
        Print($"{Path.GetFileName(set)}, {options.Ensemble} seeds: accuracy {accuracies.Average():0.000}, balanced {balanced.Average():0.000}, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
    }

    private static (LabelledClips Clips, IReadOnlyList<ClipFold> Folds) Read(string set, string folds)
    {
        var clips = FeatureClips.Read(set, null, null);
        return (clips, ClipFolds.Resolve(CrossValidationFile.Read(folds), clips, folds, set));
    }

    /// <summary>Multiplications and additions in the matrix products of one step of a head with one LSTM: forward, by the weights and by the inputs.</summary>
    private static double StepOperations(HeadOptions head, int clips, int frames, int features)
    {
        var gates = 4.0 * head.Units;
        var products = (2 * frames * features * gates) + (3 * (frames - 1) * head.Units * gates);
        double width = head.Units;
        foreach (var units in head.Dense.Append(3))
        {
            products += 3 * width * units;
            width = units;
        }
        return 2 * clips * products;
    }

    /// <returns>Operations a second of one product of large matrices in ONNX Runtime: the median of some runs.</returns>
    private static double ProductRate()
    {
        var graph = new TensorGraph(TensorProto.Types.DataType.Float, "product");
        graph.Output(graph.MatMul(graph.Input("a", ProductSize, ProductSize), graph.Input("b", ProductSize, ProductSize)), "product");
        using var session = new InferenceSession(graph.ToModel("product"));
        using var run = new RunOptions();
        using var a = ClipBatch.Allocate(ProductSize, ProductSize);
        using var b = ClipBatch.Allocate(ProductSize, ProductSize);
        a.GetTensorMutableDataAsSpan<float>().Fill(0.5f);
        b.GetTensorMutableDataAsSpan<float>().Fill(0.25f);
        var times = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var product = session.Run(run, ["a", "b"], [a, b], ["product"]);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return 2.0 * ProductSize * ProductSize * ProductSize / times.Order().ElementAt(times.Count / 2);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
