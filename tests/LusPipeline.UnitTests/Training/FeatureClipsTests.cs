using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.UnitTests.Training;

/// <summary>Feature sets with labels and folds become clips with numbers.</summary>
public sealed class FeatureClipsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FeatureClipsTests()
    {
        using var writer = new FeatureSetWriter(_folder["set"], frames: 4, featureLength: 1);
        writer.Add(Diagnosis.Covid, "a", [0, 1, 2, 3]);
        writer.Add(Diagnosis.Pneumonia, "p_b", [10, 11, 12, 13]);
        writer.Add(Diagnosis.Healthy, "c", [20, 21, 22, 23]);
        writer.Commit();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_clip_has_the_patient_of_its_row_and_the_frames_that_are_wanted()
    {
        var clips = FeatureClips.Read(_folder["set"], Labels("c reg z|a cov x|pne/p/b pne y"), frames: 2);

        Assert.Equal([new("cov/a", "x", Diagnosis.Covid), new("pne/p_b", "y", Diagnosis.Pneumonia), new("reg/c", "z", Diagnosis.Healthy)], clips.Clips);
        Assert.Equal((2, 1), (clips.Frames, clips.Width));
        Assert.Equal([1, 3, 11, 13, 21, 23], clips.Values.ToArray());
        Assert.Equal([21, 23, 1, 3], clips.Select([2, 0]).Values.ToArray());
    }

    [Fact]
    public void Clips_of_a_further_set_are_only_trained_on()
    {
        WriteSet("further", ("c", Diagnosis.Healthy, 30), ("a", Diagnosis.Covid, 40));

        var clips = FeatureClips.Read(_folder["set"], Labels("c reg z|a cov x|pne/p/b pne y"), frames: 2, [_folder["further"]]);

        Assert.Equal(["cov/a", "pne/p_b", "reg/c", "cov/a", "reg/c"], clips.Clips.Select(clip => clip.Video));
        Assert.Equal(["x", "y", "z", "x", "z"], clips.Clips.Select(clip => clip.Patient));
        Assert.Equal([false, false, false, true, true], clips.Clips.Select(clip => clip.OnlyForTraining));
        Assert.Equal([41, 43, 31, 33], clips.Values.ToArray()[6..]);
    }

    [Fact]
    public void No_clip_that_is_only_trained_on_is_on_a_test_side()
    {
        var clips = Clips(6);
        clips = clips.With(clips with { Clips = [.. clips.Clips.Select(clip => clip with { OnlyForTraining = true })] });
        var folds = CrossValidation.From([.. Enumerable.Range(0, 6).Select(video => (new FoldVideo($"{video}", (Diagnosis)(video % 3)), $"{video / 3}"))]);

        var resolved = ClipFolds.Resolve(folds, clips, "folds.json", "set");

        Assert.Equal([0, 1, 2], resolved[0].Test);
        Assert.Equal([3, 9, 4, 10, 5, 11], resolved[0].Train);
        Assert.Equal([3, 4, 5], resolved[1].Test);
    }

    [Fact]
    public void A_further_set_of_other_videos_or_another_shape_is_an_error()
    {
        WriteSet("others", ("d", Diagnosis.Healthy, 30));
        using (var writer = new FeatureSetWriter(_folder["short"], frames: 3, featureLength: 1))
        {
            writer.Add(Diagnosis.Covid, "a", [0, 1, 2]);
            writer.Commit();
        }

        Assert.Contains("has features of 'reg/d', which", Refused("others"), StringComparison.Ordinal);
        Assert.Contains("has 3 frames of 1 features, and", Refused("short"), StringComparison.Ordinal);

        string Refused(string further) =>
            Assert.Throws<TrainingDataException>(() => FeatureClips.Read(_folder["set"], null, null, [_folder[further]])).Message;
    }

    [Fact]
    public void Without_labels_each_video_is_a_patient()
    {
        var clips = FeatureClips.Read(_folder["set"], labels: null, frames: null);

        Assert.Equal(["cov/a", "pne/p_b", "reg/c"], clips.Clips.Select(clip => clip.Patient));
        Assert.Equal(12, clips.Values.Length);
    }

    [Theory]
    [InlineData("a cov x|p/b pne y", "has no row for 'reg/c'")]
    [InlineData("a cov x|p/b pne y|c reg z|d cov x", "line 5: ")]
    [InlineData("a cov x|p/b pne y|c reg z|d cov x", "has no features of 'd'")]
    [InlineData("a reg x", "line 2: 'a' has the label healthy, but in")]
    [InlineData("a cov", "line 2: 'a' has no patient")]
    [InlineData("a cov x|a cov y", "line 3: 'a' has the patient 'y', and 'x' in line 2")]
    public void Labels_that_do_not_fit_are_an_error_that_names_the_row(string rows, string expected) =>
        Assert.Contains(expected, Assert.Throws<TrainingDataException>(() => FeatureClips.Read(_folder["set"], Labels(rows), null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Frames_that_are_not_there_cannot_be_taken(int frames) =>
        Assert.Contains("from 1 to 4", Assert.Throws<TrainingDataException>(() => FeatureClips.Read(_folder["set"], null, frames)).Message, StringComparison.Ordinal);

    [Fact]
    public void Frames_are_chosen_as_clips_choose_them()
    {
        Assert.Equal([2, 6, 10, 14, 18], FrameChoice.Of(20, 5));
        Assert.Equal([1, 3, 5, 7, 9, 11, 13, 15, 17, 19], FrameChoice.Of(20, 10));
        Assert.Equal([0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16, 18, 19], FrameChoice.Of(20, 15));
        Assert.Equal(Enumerable.Range(0, 20), FrameChoice.Of(20, 20));
    }

    [Fact]
    public void Weights_are_balanced()
    {
        Assert.Equal([6 / 9.0, 6 / 6.0, 6 / 3.0], ClassWeights.Balanced([Diagnosis.Covid, Diagnosis.Covid, Diagnosis.Covid, Diagnosis.Pneumonia, Diagnosis.Pneumonia, Diagnosis.Healthy]));
        Assert.Contains("healthy", Assert.Throws<TrainingDataException>(() => ClassWeights.Balanced([Diagnosis.Covid, Diagnosis.Pneumonia])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folds_name_clips()
    {
        var clips = Clips(6);

        var folds = ClipFolds.Resolve(CrossValidation.From([.. Enumerable.Range(0, 6).Select(video => (new FoldVideo($"{video}", (Diagnosis)(video % 3)), $"{video / 3}"))]), clips, "folds.json", "set");

        Assert.Equal(["0", "1"], folds.Select(fold => fold.Name));
        Assert.Equal([[0, 1, 2], [3, 4, 5]], folds.Select(fold => fold.Test));
        Assert.Equal([[3, 4, 5], [0, 1, 2]], folds.Select(fold => fold.Train));
    }

    [Theory]
    [InlineData("0 1 2|3 4 5 6", "'folds.json', fold 0, train, row 3: 'set' has no features of '6'")]
    [InlineData("0 1 2|3 4", "fold 0, train: it has no video with the label healthy")]
    [InlineData("0 1 2 3|4 5", "fold 0, train: it has no video with the label covid")]
    [InlineData("0 1 2|3 1 4 5", "'1' is tested in fold 0 and in fold 1")]
    public void Folds_that_do_not_fit_are_an_error_that_names_the_fold(string sides, string expected)
    {
        var videos = sides.Split('|').Select(side => side.Split(' ').Select(video => new FoldVideo(video, (Diagnosis)(int.Parse(video) % 3))).ToArray()).ToArray();
        var folds = new CrossValidation([new("0", videos[1], videos[0]), new("1", videos[0], videos[1])]);

        Assert.Contains(expected, Refused(folds, Clips(6)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_video_without_a_place_or_with_another_label_is_an_error()
    {
        var folds = CrossValidation.From([.. Enumerable.Range(0, 6).Select(video => (new FoldVideo($"{video}", (Diagnosis)(video % 3)), $"{video / 3}"))]);

        Assert.Contains("'folds.json' has no place for 'cov/6'", Refused(folds, Clips(7)), StringComparison.Ordinal);
        var wrong = new CrossValidation([new("0", [new("3", Diagnosis.Healthy)], [new("0", Diagnosis.Covid)])]);
        Assert.Contains("fold 0, train, row 0: '3' has the label healthy, but in 'set' it has covid", Refused(wrong, Clips(6)), StringComparison.Ordinal);
    }

    private void WriteSet(string name, params (string Name, Diagnosis Label, float First)[] videos)
    {
        using var writer = new FeatureSetWriter(_folder[name], frames: 4, featureLength: 1);
        foreach (var (video, label, first) in videos.OrderBy(video => video.Label))
            writer.Add(label, video, [first, first + 1, first + 2, first + 3]);
        writer.Commit();
    }

    private static string Refused(CrossValidation folds, LabelledClips clips) =>
        Assert.Throws<TrainingDataException>(() => ClipFolds.Resolve(folds, clips, "folds.json", "set")).Message;

    private static LabelledClips Clips(int count) => new(
        [.. Enumerable.Range(0, count).Select(video => new LabelledClip($"{FeatureSetFiles.LabelName((Diagnosis)(video % 3))}/{video}", $"{video}", (Diagnosis)(video % 3)))],
        1, 1, new float[count]);

    private static LabelTable Labels(string rows) => new("labels.csv", [.. rows.Split('|').Select((row, number) =>
    {
        var cells = row.Split(' ');
        return new VideoLabel(cells[0], DiagnosisNames.Parse(cells[1])!.Value, cells.ElementAtOrDefault(2), null, null, number + 2);
    })]);
}
