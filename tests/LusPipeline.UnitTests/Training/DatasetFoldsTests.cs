using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.UnitTests.Training;

public sealed class DatasetFoldsTests
{
    [Fact]
    public void Videos_are_ordered_by_label_and_name_and_lose_the_folder_of_their_label()
    {
        var folds = DatasetFolds.Assign(Table(("cov/p1/a.mp4", "cov", "p1", null), ("p2/b.mp4", "pne", "p2", null), ("c.mp4", "reg", "p3", null),
            ("d.mp4", "cov", "p4", null), ("e.mp4", "pne", "p5", null), ("f.mp4", "reg", "p6", null)), FoldGroup.Patient, 2, 0);

        Assert.Equal(["d.mp4", "p1_a.mp4", "e.mp4", "p2_b.mp4", "c.mp4", "f.mp4"], folds.Select(video => video.Name));
        Assert.All(folds.GroupBy(video => video.Row.Label), label => Assert.Equal(2, label.Select(video => video.Fold).Distinct().Count()));
    }

    [Fact]
    public void Folds_that_are_given_are_kept()
    {
        var folds = DatasetFolds.Assign(Table(("a", "cov", "p1", "x"), ("b", "pne", "p1", "x"), ("c", "reg", "p2", "y")), FoldGroup.Patient, 5, 0);

        Assert.Equal(["x", "x", "y"], folds.Select(video => video.Fold));
    }

    [Fact]
    public void Without_patients_the_folds_are_by_video_if_that_is_wished()
    {
        var table = Table([.. Enumerable.Range(0, 9).Select(video => ($"{video}", new[] { "cov", "pne", "reg" }[video % 3], (string?)null, (string?)null))]);

        Assert.Equal(3, DatasetFolds.Assign(table, FoldGroup.Video, 3, 0).Select(video => video.Fold).Distinct().Count());
        Assert.Contains("line 2: '0' has no patient", Refused(table), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a cov p1 0|b pne p2", "line 3: 'b' has no fold")]
    [InlineData("a cov p1 0|b pne p2 0", "has one fold only")]
    [InlineData("a cov p1 0|b pne p1 1", "line 3: the patient 'p1' is in fold 1 with 'b', and in fold 0 with 'a'")]
    [InlineData("a cov p1 0|a pne p2 1", "line 3: 'a' and 'a' would both be 'a'")]
    [InlineData("p/a cov p1 0|p_a pne p2 1", "would both be 'p_a'")]
    [InlineData("a cov p1 0 ff|b cov p2 1 FF", "line 3: 'b' is the same file as 'a'")]
    public void What_contradicts_itself_is_an_error_that_names_the_line(string rows, string expected) =>
        Assert.Contains(expected, Refused(new("labels.csv", [.. rows.Split('|').Select((row, number) => Row(row.Split(' '), number + 2))])), StringComparison.Ordinal);

    private static string Refused(LabelTable table) => Assert.Throws<TrainingDataException>(() => DatasetFolds.Assign(table, FoldGroup.Patient, 3, 0)).Message;

    private static VideoLabel Row(string[] cells, int line) =>
        new(cells[0], DiagnosisNames.Parse(cells[1])!.Value, cells.ElementAtOrDefault(2), cells.ElementAtOrDefault(3), cells.ElementAtOrDefault(4), line);

    private static LabelTable Table(params (string File, string Label, string? Patient, string? Fold)[] rows) =>
        new("labels.csv", [.. rows.Select((row, number) => new VideoLabel(row.File, DiagnosisNames.Parse(row.Label)!.Value, row.Patient, row.Fold, null, number + 2))]);
}
