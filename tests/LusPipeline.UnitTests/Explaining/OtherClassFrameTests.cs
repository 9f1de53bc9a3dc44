using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining.Importance;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Training.Data;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.UnitTests.Explaining;

/// <summary>A trained ensemble of LSTMs, and healthy clips in which one frame is that of another class.</summary>
public sealed class OtherClassFrameTests : IDisposable
{
    private const int Frames = 6;
    private const int Width = TinyBundle.Features;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_frame_speaks_against_the_diagnosis_and_for_its_own_class()
    {
        var bundle = Train();
        using var head = OnnxHead.Open(bundle, new InferenceOptions());
        using var gradients = GradientReasons.Open(bundle.PathOf(bundle.Head), Frames, Width);
        var replacement = new FrameReplacement(head);
        for (var planted = 2; planted < Frames; planted++)
        {
            float[] clip = [.. Enumerable.Range(0, Frames).SelectMany(frame => Frame(frame == planted ? Diagnosis.Covid : Diagnosis.Healthy, new Random(frame)))];

            foreach (var (explained, sign) in new[] { (Diagnosis.Healthy, -1), (Diagnosis.Covid, 1) })
            {
                var falls = replacement.Falls(clip, explained);
                var reasons = gradients.Explain(clip, replacement.Mean(clip), explained);

                Assert.Equal(planted, Enumerable.Range(0, Frames).MaxBy(frame => sign * falls[frame]));
                Assert.Equal(planted, Enumerable.Range(0, Frames).MaxBy(frame => sign * reasons.IntegratedGradients[frame]));
                Assert.Equal(0, reasons.Completeness, 1e-4);
            }
        }
    }

    /// <summary>Each class has a value of its own that is high.</summary>
    private static IEnumerable<float> Frame(Diagnosis diagnosis, Random random) =>
        Enumerable.Range(0, Width).Select(feature => (feature == (int)diagnosis ? 2f : 0f) + ((random.NextSingle() - 0.5f) * 0.2f));

    private Bundle Train()
    {
        var random = new Random(1);
        var labels = Enumerable.Range(0, 24).Select(clip => (Diagnosis)(clip % 3)).ToArray();
        var clips = new LabelledClips(
            [.. labels.Select((label, clip) => new LabelledClip($"video{clip}", $"patient{clip}", label))], Frames, Width,
            labels.SelectMany(label => Enumerable.Range(0, Frames).SelectMany(_ => Frame(label, random))).ToArray());
        using var fitted = HeadFitter.Fit(
            clips, null, new HeadOptions { Units = 6, Dense = [] }, new FitOptions { Epochs = 15, Batch = 8, LearningRate = 3e-2, Ensemble = 2 }, seed: 3,
            stop: TestContext.Current.CancellationToken);
        return TrainedBundle.Write(
            _folder["trained"], TinyBundle.Write(_folder["source"], Frames), fitted, clips, new() { Name = "trained", FeatureSet = "set", Temperature = 1.5 });
    }
}
