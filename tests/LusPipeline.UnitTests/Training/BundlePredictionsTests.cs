using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Training.Data;
using LusPipeline.Training.Experiments;

namespace LusPipeline.UnitTests.Training;

/// <summary>A bundle's head, through the session that the pipeline uses.</summary>
public sealed class BundlePredictionsTests : IDisposable
{
    private const int Frames = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_tested_clip_gets_what_the_pipelines_head_gives()
    {
        var bundle = TinyBundle.Write(_folder["tiny"], Frames);
        var clips = Clips(TinyBundle.Features, Frames);
        var data = new FoldedClips(clips, [new("a", [2, 3], [1, 0]), new("b", [0, 1], [3])], PatientsKnown: true);

        var predictions = BundlePredictions.Predict(bundle, data, CancellationToken.None);

        using var head = OnnxHead.Open(bundle, new InferenceOptions());
        Assert.Equal([("a", "video1"), ("a", "video0"), ("b", "video3")], predictions.Select(prediction => (prediction.Fold, prediction.Video)));
        Assert.Equal([1, 0, 3], predictions.Select(prediction => (int)prediction.Label + (prediction.Video == "video3" ? 3 : 0)));
        Assert.Equal(new[] { 1, 0, 3 }.Select(clip => head.Predict(clips[clip].Span)), predictions.Select(prediction => prediction.Probabilities));
    }

    [Fact]
    public void A_video_of_several_clips_gets_their_mean()
    {
        var clips = Clips(1, 1) with { Clips = [.. Enumerable.Range(0, 4).Select(clip => new LabelledClip($"video{clip / 2}", "p", Diagnosis.Covid))] };

        var predictions = VideoPredictions.Of(clips, "0", [0, 1, 2], [new(0.2, 0.8, 0), new(0.6, 0.4, 0), new(1, 0, 0)]).ToArray();

        Assert.Equal([("video0", 0.4), ("video1", 1)], predictions.Select(prediction => (prediction.Video, prediction.Probabilities.Covid)));
    }

    [Theory]
    [InlineData(TinyBundle.Features + 1, Frames, "have 9 values a frame, and the bundle tiny 1 takes 8")]
    [InlineData(TinyBundle.Features, Frames + 1, "have 5 frames, and the bundle tiny 1 takes 4")]
    public void Features_of_another_shape_are_an_error(int width, int frames, string expected)
    {
        var data = new FoldedClips(Clips(width, frames), [new("a", [0], [1])], PatientsKnown: true);

        Assert.Contains(expected, Assert.Throws<TrainingDataException>(() => BundlePredictions.Predict(TinyBundle.Write(_folder["tiny"], Frames), data, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_head_was_trained_on_is_recognised_by_its_content()
    {
        var clips = Clips(TinyBundle.Features, Frames);
        var data = new FoldedClips(clips, [new("a", [2, 3], [1, 0]), new("b", [0, 1], [3])], PatientsKnown: true);
        TinyBundle.Write(_folder["tiny"], Frames);

        Assert.Null(BundlePredictions.TrainedOn(Bundle.Load(_folder["tiny"]), data));
        Assert.Equal(2, TrainedOn([0, 2, 3]));
        Assert.Equal(0, TrainedOn([2]));

        int? TrainedOn(int[] trained)
        {
            var training = new BundleTraining
            {
                Lus = "1",
                Seed = 0,
                Members = 1,
                Head = "",
                Fit = "",
                Features = "set",
                Clips = trained.Length,
                Contents = [.. trained.Select(clip => ClipContents.Sha256(clips, clip))],
            };
            ManifestFile.Replace(_folder["tiny"], ManifestFile.Read(_folder["tiny"]) with { Training = training });
            return BundlePredictions.TrainedOn(Bundle.Load(_folder["tiny"]), data);
        }
    }

    private static LabelledClips Clips(int width, int frames)
    {
        var random = new Random(1);
        return new(
            [.. Enumerable.Range(0, 4).Select(clip => new LabelledClip($"video{clip}", $"p{clip}", (Diagnosis)(clip % 3)))], frames, width,
            Enumerable.Range(0, 4 * frames * width).Select(_ => (float)random.NextDouble()).ToArray());
    }
}
