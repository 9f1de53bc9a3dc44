using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.UnitTests.Training;

public sealed class CrossValidationFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folds_are_read_as_they_were_written()
    {
        (FoldVideo, string)[] videos = [(new("ä b.mp4", Diagnosis.Covid), "10"), (new("c.gif", Diagnosis.Healthy), "2"), (new("d\"\\.avi", Diagnosis.Pneumonia), "2")];
        CrossValidationFile.Write(_folder["folds.json"], CrossValidation.From(videos));

        var folds = CrossValidationFile.Read(_folder["folds.json"]).Folds;

        Assert.Equal(["2", "10"], folds.Select(fold => fold.Name));
        Assert.Equal([videos[1].Item1, videos[2].Item1], folds[0].Test);
        Assert.Equal([videos[0].Item1], folds[0].Train);
        Assert.Equal(folds[0].Test, folds[1].Train);
    }

    [Fact]
    public void The_papers_folds_are_read()
    {
        var folds = CrossValidationFile.Read(SharedData.Require("data", "seed", "cross_val.json")).Folds;

        Assert.Equal([36, 36, 37, 37, 39], folds.Select(fold => fold.Test.Count));
        Assert.All(folds, fold => Assert.Equal(185, fold.Test.Count + fold.Train.Count));
        Assert.Equal(new FoldVideo("Pneu-Atlas-pneumonia.gif", Diagnosis.Pneumonia), folds[0].Test[0]);
    }

    [Fact]
    public void Other_folds_are_not_overwritten()
    {
        var one = CrossValidation.From([(new("a", Diagnosis.Covid), "0"), (new("b", Diagnosis.Covid), "1")]);
        var other = CrossValidation.From([(new("a", Diagnosis.Covid), "1"), (new("b", Diagnosis.Covid), "0")]);
        CrossValidationFile.Write(_folder["folds.json"], one);
        CrossValidationFile.Write(_folder["folds.json"], one);

        Assert.Throws<TrainingDataException>(() => CrossValidationFile.Write(_folder["folds.json"], other));
        Assert.Equal(["a"], CrossValidationFile.Read(_folder["folds.json"]).Folds[0].Test.Select(video => video.Name));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("[]", "must hold an object")]
    [InlineData("{}", "has no folds")]
    [InlineData("""{"0":1}""", "fold 0: it must have 'train'")]
    [InlineData("""{"0":{"test":[["a"],["cov"]]}}""", "fold 0: it must have 'train'")]
    [InlineData("""{"0":{"test":[["a"]],"train":[["b"],["cov"]]}}""", "fold 0: it must have 'test' with two lists")]
    [InlineData("""{"0":{"test":["a","cov"],"train":[["b"],["cov"]]}}""", "fold 0, test: names and labels must be lists")]
    [InlineData("""{"0":{"test":[["a","c"],["cov"]],"train":[["b"],["cov"]]}}""", "fold 0, test: 2 names have 1 labels")]
    [InlineData("""{"0":{"test":[["a"],["flu"]],"train":[["b"],["cov"]]}}""", "fold 0, test, row 0: 'flu' is not a label")]
    [InlineData("""{"0":{"test":[["a"],[7]],"train":[["b"],["cov"]]}}""", "fold 0, test, row 0: '7' is not a label")]
    [InlineData("""{"0":{"test":[[""],["cov"]],"train":[["b"],["cov"]]}}""", "fold 0, test, row 0: a name must be")]
    [InlineData("""{"0":{"test":[["a","a"],["cov","cov"]],"train":[["b"],["cov"]]}}""", "fold 0, test, row 1: 'a' stands there twice")]
    [InlineData("""{"0":{"test":[["a"],["cov"]],"train":[["b","a"],["cov","cov"]]}}""", "fold 0: 'a' is on both sides")]
    [InlineData("""{"0":{"test":[[],[]],"train":[["b"],["cov"]]}}""", "fold 0, test: it names no videos")]
    [InlineData("""{"0":{},"0":{}}""", "is not JSON")]
    public void What_is_wrong_is_said_with_its_place(string text, string expected)
    {
        File.WriteAllText(_folder["folds.json"], text);

        var error = Assert.Throws<TrainingDataException>(() => CrossValidationFile.Read(_folder["folds.json"]));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["folds.json"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_or_huge_is_an_error()
    {
        Assert.Contains("lus train dataset", Assert.Throws<TrainingDataException>(() => CrossValidationFile.Read(_folder["none.json"])).Message, StringComparison.Ordinal);
        using (var huge = File.Create(_folder["huge.json"]))
            huge.SetLength(65 << 20);
        Assert.Contains("at most", Assert.Throws<TrainingDataException>(() => CrossValidationFile.Read(_folder["huge.json"])).Message, StringComparison.Ordinal);
    }
}
