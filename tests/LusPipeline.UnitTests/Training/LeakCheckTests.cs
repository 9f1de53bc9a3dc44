using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.UnitTests.Training;

public sealed class LeakCheckTests
{
    private const int Width = 32;
    private const int Frames = 2;

    [Fact]
    public void Independent_sides_have_no_leak() => Assert.Empty(LeakCheck.Find(Clips(), [new("0", [0, 1, 2], [3, 4, 5])]));

    [Fact]
    public void A_patient_on_both_sides_is_found() =>
        Assert.Equal(
            [new("1", LeakKind.SamePatient, "video4", "video1", "patient1")],
            LeakCheck.Find(Clips((4, "patient1", null)), [new("0", [1, 2, 4], [0, 3, 5]), new("1", [0, 1, 2], [3, 4, 5])]));

    [Fact]
    public void The_same_content_is_found_whatever_it_is_called() =>
        Assert.Equal([new("0", LeakKind.SameContent, "video5", "video2", "1")], LeakCheck.Find(Clips((5, "patient5", values => values)), [new("0", [0, 1, 2], [3, 4, 5])]));

    [Fact]
    public void Nearly_the_same_content_is_found()
    {
        var random = new Random(9);

        var leak = Assert.Single(LeakCheck.Find(Clips((5, "patient5", values => values.Select(value => value + (0.05f * Noise(random))).ToArray())), [new("0", [0, 1, 2], [3, 4, 5])]));

        Assert.Equal((LeakKind.NearlySameContent, "video5", "video2"), (leak.Kind, leak.Test, leak.Train));
        Assert.InRange(double.Parse(leak.Detail), LeakCheck.NearCosine, 0.9999);
    }

    [Fact]
    public void The_error_names_both_videos_and_the_fold()
    {
        var error = Assert.Throws<TrainingDataException>(() => LeakCheck.Refuse(LeakCheck.Find(Clips((4, "patient1", null)), [new("7", [0, 1, 2], [3, 4, 5])])));

        Assert.Contains("fold 7: 'video4' (test) and 'video1' (train) are of the patient 'patient1'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--allow-leak", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_that_are_all_equal_are_the_same_content_and_no_error()
    {
        var clips = new LabelledClips([.. Enumerable.Range(0, 2).Select(clip => new LabelledClip($"{clip}", $"{clip}", Diagnosis.Covid))], 1, 2, new float[] { 1, 1, 1, 1 });

        Assert.Equal(LeakKind.SameContent, Assert.Single(LeakCheck.Find(clips, [new("0", [0], [1])])).Kind);
    }

    [Fact]
    public void The_public_videos_folds_have_no_leak_and_the_bound_stands_above_their_patients()
    {
        var clips = FeatureClips.Read(SharedData.Require("data", "features_20", "xception"), null, null);
        var source = SharedData.Require("data", "lus", "cross_val.json");

        Assert.Empty(LeakCheck.Find(clips, ClipFolds.Resolve(CrossValidationFile.Read(source), clips, source, "xception")));
    }

    /// <summary>Six clips of noise, of a patient each.</summary>
    /// <param name="changes">A clip that has another patient, and values that are made of clip 2's.</param>
    private static LabelledClips Clips(params (int Clip, string Patient, Func<float[], float[]>? Of2)[] changes)
    {
        var random = new Random(3);
        var values = new float[6 * Frames * Width];
        foreach (ref var value in values.AsSpan())
            value = Noise(random);
        var clips = Enumerable.Range(0, 6).Select(clip => new LabelledClip($"video{clip}", $"patient{clip}", (Diagnosis)(clip % 3))).ToArray();
        foreach (var (clip, patient, of2) in changes)
        {
            clips[clip] = clips[clip] with { Patient = patient };
            of2?.Invoke(values[(2 * Frames * Width)..(3 * Frames * Width)]).CopyTo(values, clip * Frames * Width);
        }
        return new(clips, Frames, Width, values);
    }

    private static float Noise(Random random) => (float)((2 * random.NextDouble()) - 1);
}
