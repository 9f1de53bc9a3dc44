using System.Numerics.Tensors;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.FeatureSets;

public sealed class FeaturesCommandTests : IDisposable
{
    /// <summary>One or more of each codec, container and class.</summary>
    private static readonly string[] RealVideos =
    [
        "Cov-Atlas-Day+2.gif", "Cov_combatting_Image1.mp4", "Cov_convex_volpecelli_sonographic_v1.mov", "Cov_denault_proposedUS_vid13.mov",
        "Pneu-Atlas-pneumonia.gif", "Pneu_northumbria_0409_set1_vid1.avi", "pneu-radiopaeda.mp4",
        "Reg-NormalLungs.mp4", "Reg_pat1Image_132943.mpeg", "Reg_recommendations_alines_mov1.mov",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folders_name_the_labels_and_a_video_that_cannot_be_read_is_left_out()
    {
        TinyBundle.Write(_folder["model"]);
        await MakeAsync("reg/b.mp4", "cov/patient1/a.gif", "cov/z.avi");
        Directory.CreateDirectory(_folder["videos/pne"]);
        await File.WriteAllTextAsync(_folder["videos/pne/bad.mp4"], "no video", TestContext.Current.CancellationToken);
        RunFixture.Age(_folder["videos"]);

        var result = await LusProcess.RunAsync(["features", _folder["videos"], "--model", _folder["model"], "--out", _folder["sets/tiny"]]);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(result.Errors, line => line.StartsWith("left out: pne/bad.mp4: not_a_video:", StringComparison.Ordinal));
        var set = FeatureSet.Read(_folder["sets/tiny"]);
        Assert.Equal(
            [new("cov/patient1_a.gif", Diagnosis.Covid), new("cov/z.avi", Diagnosis.Covid), new("reg/b.mp4", Diagnosis.Healthy)], set.Videos);
        Assert.Equal((20, TinyBundle.Features), (set.Frames, set.FeatureLength));
        Assert.Equal(["tiny"], Directory.GetFileSystemEntries(_folder["sets"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_csv_names_the_labels()
    {
        TinyBundle.Write(_folder["model"]);
        await MakeAsync("one.mp4", "p/two.mp4");
        await File.WriteAllTextAsync(_folder["labels.csv"], "file,label\none.mp4,pneumonia\np/two.mp4,cov\n", TestContext.Current.CancellationToken);

        var result = await LusProcess.RunAsync(
            ["features", _folder["videos"], "--model", _folder["model"], "--labels", _folder["labels.csv"], "--out", _folder["set"]]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(["cov/p_two.mp4", "pne/one.mp4"], FeatureSet.Read(_folder["set"]).Videos.Select(video => video.Name));
    }

    [Fact]
    public async Task Varied_videos_have_other_features_and_the_same_seed_gives_the_same()
    {
        TinyBundle.Write(_folder["model"]);
        await MakeAsync("cov/one.mp4", "reg/two.mp4");
        async Task<float[]> FeaturesAsync(string name, params string[] vary)
        {
            var result = await LusProcess.RunAsync(["features", _folder["videos"], "--model", _folder["model"], "--out", _folder[name], .. vary]);
            Assert.True(result.ExitCode == 0, result.ToString());
            var set = FeatureSet.Read(_folder[name]);
            Assert.Equal(["cov/one.mp4", "reg/two.mp4"], set.Videos.Select(video => video.Name));
            return [.. Enumerable.Range(0, 2 * set.Frames).SelectMany(at => set.Frame(at / set.Frames, at % set.Frames).ToArray())];
        }

        var (plain, varied) = (await FeaturesAsync("plain"), await FeaturesAsync("varied", "--vary", "1"));

        Assert.NotEqual(plain, varied);
        Assert.Equal(varied, await FeaturesAsync("again", "--vary", "1"));
        Assert.NotEqual(varied, await FeaturesAsync("other", "--vary", "2"));
    }

    [Fact]
    public async Task Without_any_label_nothing_is_written()
    {
        TinyBundle.Write(_folder["model"]);
        await MakeAsync("one.mp4");

        var result = await LusProcess.RunAsync(["features", _folder["videos"], "--model", _folder["model"], "--out", _folder["set"]]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--labels", Assert.Single(result.Errors), StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder["set"]));
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_before_any_work()
    {
        TinyBundle.Write(_folder["model"]);
        await MakeAsync("cov/one.mp4");

        var result = await LusProcess.RunAsync(["features", _folder["videos"], "--model", _folder["model"], "--out", _folder["model"]]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("exists already", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_of_real_videos_are_those_that_Keras_gave()
    {
        var weights = SharedData.Require("data", "keras", "xception_weights_tf_dim_ordering_tf_kernels_notop.h5");
        var labels = SharedData.Require("data", "lus", "videos.csv");
        var expected = FeatureSet.Read(SharedData.Require("data", "features_20", "xception"));
        var videos = RealVideos.Select(video => SharedData.Require("data", "lus", "videos", video)).ToArray();
        var import = await LusProcess.RunAsync(
            ["models", "import", "keras", weights, "--architecture", "xception", "--preprocess", "tf", "--name", "xception", "--out", _folder["xception"]]);
        Assert.True(import.ExitCode == 0, import.ToString());

        var result = await LusProcess.RunAsync(["features", .. videos, "--model", _folder["xception"], "--labels", labels, "--out", _folder["set"]]);

        Assert.True(result.ExitCode == 0, result.ToString());
        var actual = FeatureSet.Read(_folder["set"]);
        Assert.Equal(RealVideos.Length, actual.Videos.Count);
        var (error, size, worst) = (0.0, 0.0, 0.0);
        for (var video = 0; video < actual.Videos.Count; video++)
        {
            var other = expected.Videos.ToList().IndexOf(actual.Videos[video]);
            for (var frame = 0; frame < actual.Frames; frame++)
            {
                var distance = TensorPrimitives.Distance(actual.Frame(video, frame), expected.Frame(other, frame));
                var norm = TensorPrimitives.Norm(expected.Frame(other, frame));
                error += (double)distance * distance;
                size += (double)norm * norm;
                worst = Math.Max(worst, distance / norm);
            }
        }
        Assert.InRange(Math.Sqrt(error / size), 0, 1e-3);
        Assert.InRange(worst, 0, 1e-2);
    }

    private async Task MakeAsync(params string[] names)
    {
        foreach (var name in names)
        {
            var path = Path.Combine(_folder["videos"], name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await Ffmpeg.MakeAsync(path, Ffmpeg.Pattern(1));
        }
        RunFixture.Age(_folder["videos"]);
    }
}
