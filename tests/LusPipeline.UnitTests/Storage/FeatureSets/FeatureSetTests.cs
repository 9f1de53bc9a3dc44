using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.UnitTests.Storage.FeatureSets;

public sealed class FeatureSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_set_is_read_as_it_was_written()
    {
        Write(_folder["set"], (Diagnosis.Covid, "a.mp4", 0), (Diagnosis.Healthy, "b-1.gif", 100));

        var set = FeatureSet.Read(_folder["set"]);

        Assert.Equal([new("cov/a.mp4", Diagnosis.Covid), new("reg/b-1.gif", Diagnosis.Healthy)], set.Videos);
        Assert.Equal((3, 2), (set.Frames, set.FeatureLength));
        var clip = new float[6];
        set.CopyTo(1, clip);
        Assert.Equal([100, 101, 102, 103, 104, 105], clip);
        Assert.Equal([2, 3], set.Frame(0, 1).ToArray());
    }

    [Fact]
    public void The_files_are_those_that_the_paper_reads()
    {
        Write(_folder["set"], (Diagnosis.Pneumonia, "a.mp4", 0));

        Assert.Equal(["features-2.npy", "filenames.npy", "labels.npy"], Directory.GetFiles(_folder["set"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["pne/a.mp4-1.png", "pne/a.mp4-2.png", "pne/a.mp4-3.png"], NpyFile.ReadStrings(Path.Combine(_folder["set"], "filenames.npy")).Values);
        Assert.Equal([1, 1, 1], NpyFile.Read<long>(Path.Combine(_folder["set"], "labels.npy")).Values);
        Assert.Equal([3, 2], NpyFile.Read<float>(Path.Combine(_folder["set"], "features-2.npy")).Shape);
    }

    [Fact]
    public void Nothing_stays_of_a_set_that_was_not_committed()
    {
        using (var writer = new FeatureSetWriter(_folder["set"], 3, 2))
            writer.Add(Diagnosis.Covid, "a", new float[6]);

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_that_holds_something_is_not_written_to()
    {
        Directory.CreateDirectory(_folder["set"]);
        File.WriteAllText(Path.Combine(_folder["set"], "mine.txt"), "");

        Assert.Throws<FeatureSetException>(() => new FeatureSetWriter(_folder["set"], 3, 2));
    }

    [Fact]
    public void Rows_may_stand_in_any_order()
    {
        Raw([1, 2, 3, 4], ["cov/a-2.png", "reg/b-1.png", "cov/a-1.png", "reg/b-2.png"], [0, 2, 0, 2]);

        var set = FeatureSet.Read(_folder.Path);

        Assert.Equal(["cov/a", "reg/b"], set.Videos.Select(video => video.Name));
        Assert.Equal([3f, 1f, 2f, 4f], new[] { set.Frame(0, 0)[0], set.Frame(0, 1)[0], set.Frame(1, 0)[0], set.Frame(1, 1)[0] });
    }

    [Theory]
    [InlineData("cov/a-1.png cov/a-2.png", "0", "one value per frame")]
    [InlineData("cov/a-1.png", "0", "must be (1, 1)")]
    [InlineData("cov/a-1.png cov/a-2.png", "0 3", "3 is not a label")]
    [InlineData("cov/a-1.png cov/a-2.png", "0 1", "has the labels 0 and 1")]
    [InlineData("cov/a-1.png cov/a-2.png", "2 2", "not that of the name")]
    [InlineData("cov/a-1.png cov/a-1.png", "0 0", "stands there twice")]
    [InlineData("cov/a-1.png cov/a-3.png", "0 0", "must have the frames 1 to 2")]
    [InlineData("cov/a-1.png cov/a.png", "0 0", "not of the form")]
    [InlineData("cov/a-1.png cov/a-0.png", "0 0", "not of the form")]
    [InlineData("cov/a-1.png -.png", "0 0", "not of the form")]
    public void A_wrong_set_is_an_error_that_says_what_is_wrong(string names, string labels, string expected)
    {
        Raw([1, 2], names.Split(' '), [.. labels.Split(' ').Select(long.Parse)]);

        var error = Assert.Throws<FeatureSetException>(() => FeatureSet.Read(_folder.Path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_that_are_not_a_number_are_an_error()
    {
        Raw([1, float.NaN], ["cov/a-1.png", "cov/a-2.png"], [0, 0]);

        var error = Assert.Throws<FeatureSetException>(() => FeatureSet.Read(_folder.Path));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
        Assert.Contains("features-1.npy', row 1 ('cov/a-2.png')", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_the_files_is_an_error()
    {
        Assert.Throws<FeatureSetException>(() => FeatureSet.Read(_folder.Path));
        Assert.Throws<FeatureSetException>(() => FeatureSet.Read(_folder["nothing"]));
        NpyFile.Write<float>(_folder["features-1.npy"], [1, 1], [1]);
        Assert.Throws<FeatureSetException>(() => FeatureSet.Read(_folder.Path));
    }

    [Fact]
    public void The_recorded_set_of_real_videos_is_read()
    {
        var set = FeatureSet.Read(SharedData.Require("data", "features_20", "xception"));

        Assert.Equal((92, 20, 2048), (set.Videos.Count, set.Frames, set.FeatureLength));
        Assert.Equal(new("cov/Cov-Atlas-Day+1.gif", Diagnosis.Covid), set.Videos[0]);
        Assert.Equal(new("reg/Reg_recommendations_alines_mov1.mov", Diagnosis.Healthy), set.Videos[^1]);
    }

    private void Raw(float[] features, string[] names, long[] labels)
    {
        NpyFile.Write<float>(_folder["features-1.npy"], [features.Length, 1], features);
        NpyFile.WriteStrings(_folder["filenames.npy"], [names.Length], names);
        NpyFile.Write<long>(_folder["labels.npy"], [labels.Length], labels);
    }

    private static void Write(string folder, params (Diagnosis Label, string Name, float First)[] videos)
    {
        using var writer = new FeatureSetWriter(folder, frames: 3, featureLength: 2);
        foreach (var (label, name, first) in videos)
            writer.Add(label, name, [first, first + 1, first + 2, first + 3, first + 4, first + 5]);
        writer.Commit();
    }
}
