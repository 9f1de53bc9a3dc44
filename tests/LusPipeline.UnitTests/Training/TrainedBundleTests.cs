using System.Text.Json.Nodes;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Export;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;
using LusPipeline.UnitTests.Keras;

namespace LusPipeline.UnitTests.Training;

public sealed class TrainedBundleTests : IDisposable
{
    private static readonly LabelledClips Clips = MadeClips.Of(12, seed: 1, width: TinyBundle.Features);
    private static readonly HeadOptions Head = new() { Units = 6, Dense = [5] };
    private static readonly FitOptions Quick = new() { Epochs = 3, Batch = 8, LearningRate = 1e-2 };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_bundle_of_a_trained_head_gives_its_probabilities_and_says_how_it_was_trained()
    {
        using var fitted = Fit(Quick with { Ensemble = 2 });

        var bundle = Write(fitted, Facts with { PatientsKnown = true, Metrics = [new("accuracy", 0.75, "fold 1")] });

        using var head = OnnxHead.Open(bundle, new InferenceOptions());
        for (var clip = 0; clip < Clips.Clips.Count; clip++)
            Assert.Equal(fitted.Predict(Clips)[clip].Covid, head.Predict(Clips[clip].Span).Covid, 1e-6);
        var training = bundle.Manifest.Training!;
        Assert.Equal((3, 2, 12, 12, "set"), (training.Seed, training.Members, training.Clips, training.Patients, training.Features));
        Assert.Equal(Head.Arguments, training.Head);
        Assert.Equal((Quick with { Ensemble = 2 }).Arguments, training.Fit);
        Assert.Equal([.. Enumerable.Range(0, 12).Select(clip => ClipContents.Sha256(Clips, clip))], training.Contents);
        var card = File.ReadAllText(Path.Combine(bundle.Folder, bundle.Manifest.Card!));
        Assert.Contains("12 clips of 12 patients", card, StringComparison.Ordinal);
        Assert.Contains("| accuracy | 0.750 | fold 1 |", card, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path, "*.tmp"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_temperature_is_in_the_heads_graph(int members)
    {
        using var fitted = Fit(Quick with { Ensemble = members });

        using var head = OnnxHead.Open(Write(fitted, Facts with { Temperature = 2.5 }), new InferenceOptions());

        var expected = fitted.Predict(Clips).Select(one => Temperature.Apply(one, 2.5)).ToArray();
        for (var clip = 0; clip < expected.Length; clip++)
            Assert.Equal(expected[clip].Healthy, head.Predict(Clips[clip].Span).Healthy, 1e-5);
    }

    [Theory]
    [InlineData(FrameSummary.Last)]
    [InlineData(FrameSummary.Mean)]
    [InlineData(FrameSummary.Max)]
    public void A_head_of_one_LSTM_is_exported_for_Keras(FrameSummary summary)
    {
        using var fitted = HeadFitter.Fit(Clips, null, Head with { Summary = summary }, Quick, seed: 3, stop: TestContext.Current.CancellationToken);

        KerasExport.WriteHead(Write(fitted, Facts), _folder["head.h5"]);

        KerasImport.WriteHead(_folder["head.h5"], new(), _folder["again.onnx"]);
        var (_, again) = OnnxRun.Of(_folder["again.onnx"], Clips.Values.ToArray(), [Clips.Clips.Count, Clips.Frames, Clips.Width]);
        var expected = fitted.Predict(Clips);
        for (var clip = 0; clip < expected.Count; clip++)
            Assert.Equal(expected[clip].Covid, again[clip * 3], 1e-5);
    }

    [Fact]
    public void A_head_that_weighs_its_frames_cannot_be_exported_for_Keras()
    {
        using var fitted = HeadFitter.Fit(Clips, null, Head with { Summary = FrameSummary.Attention }, Quick, seed: 3, stop: TestContext.Current.CancellationToken);

        var refused = Assert.Throws<BundleException>(() => KerasExport.WriteHead(Write(fitted, Facts), _folder["head.h5"]));

        Assert.Contains("one LSTM with its last state or the mean or maximum of all", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_reads_some_columns_takes_the_whole_vector()
    {
        using var fitted = HeadFitter.Fit(Clips.Columns(2, 5), null, Head, Quick, seed: 3, stop: TestContext.Current.CancellationToken);

        var bundle = Write(fitted, Facts with { FirstColumn = 2 });

        Assert.Equal("2-6", bundle.Manifest.Training!.Columns);
        using var head = OnnxHead.Open(bundle, new InferenceOptions());
        var expected = fitted.Predict(Clips.Columns(2, 5));
        for (var clip = 0; clip < expected.Count; clip++)
            Assert.Equal(expected[clip].Covid, head.Predict(Clips[clip].Span).Covid, 1e-6);
        Assert.Contains("--columns", Assert.Throws<TrainingDataException>(() => Clips.Columns(4, 5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_of_another_backbone_are_refused()
    {
        var refused = Assert.Throws<HeadException>(() => TrainedBundle.RequireFits(_folder["out"], Source(), MadeClips.Of(6, seed: 1), "other/set"));

        Assert.Contains("'other/set' has 10 features", refused.Message, StringComparison.Ordinal);
        Assert.Contains("gives 8", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contents", "[\"0\"]")]
    [InlineData("contents", "[null]")]
    [InlineData("members", "0")]
    [InlineData("temperature", "0")]
    public void A_manifest_with_a_wrong_record_is_refused(string name, string value)
    {
        using var fitted = Fit(Quick);
        var bundle = Write(fitted, Facts);
        var path = Path.Combine(bundle.Folder, BundleManifest.FileName);
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["training"]![name] = JsonNode.Parse(value);
        File.WriteAllText(path, manifest.ToJsonString());

        Assert.Contains($"training.{name}", Assert.Throws<BundleException>(() => Bundle.Load(bundle.Folder)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static TrainedBundleFacts Facts { get; } = new() { Name = "trained", FeatureSet = "folder/set/" };

    private static FittedHead Fit(FitOptions options) => HeadFitter.Fit(Clips, null, Head, options, seed: 3, stop: TestContext.Current.CancellationToken);

    private Bundle Source() => TinyBundle.Write(_folder["source"], MadeClips.Frames);

    private Bundle Write(FittedHead fitted, TrainedBundleFacts facts) => TrainedBundle.Write(_folder["out"], Source(), fitted, Clips, facts);
}
