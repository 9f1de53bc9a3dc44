using System.Text.Json;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Training;

/// <summary><c>lus train fit</c>, from a feature set to a bundle that the other commands use.</summary>
public sealed class FitCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FitCommandTests()
    {
        MadeSet.Write(_folder);
        TinyBundle.Write(_folder["model"], MadeSet.Frames);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bundle_is_written_with_figures_of_the_folds_and_the_other_commands_use_it()
    {
        await DatasetAsync();

        var json = Json(await LusProcess.RunAsync([.. Fit("out", "--folds", _folder["folds.json"], "--inner-folds", "2"), "--json"]));

        Assert.Equal("Research use only: not a medical device.", json.GetProperty("notice").GetString());
        Assert.Equal(3, json.GetProperty("epochs").GetArrayLength());
        Assert.Equal("accuracy", json.GetProperty("metrics")[0].GetProperty("name").GetString());
        Assert.StartsWith("mean of 3 folds of 36 videos", json.GetProperty("metrics")[0].GetProperty("how").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(1, json.GetProperty("training").GetProperty("temperature").GetDouble());
        var shown = await LusProcess.RunAsync(["models", "show", _folder["out"]]);
        Assert.Contains(shown.Output, line => line.Contains("on 36 clips of set: --head gru", StringComparison.Ordinal));
        var verified = await LusProcess.RunAsync(["models", "verify", _folder["out"]]);
        Assert.True(verified.ExitCode == 0, verified.ToString());
        Assert.Equal(["folds.json", "labels.csv", "model", "out", "set"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_further_set_is_trained_on_and_nothing_is_measured_on_it()
    {
        await DatasetAsync();
        MadeSet.WriteSet(_folder["further"], seed: 3);

        var json = Json(await LusProcess.RunAsync(
            [.. Fit("out", "--augment", _folder["further"], "--folds", _folder["folds.json"], "--inner-folds", "2"), "--json"]));

        var training = json.GetProperty("training");
        Assert.Equal((72, "further"), (training.GetProperty("clips").GetInt32(), training.GetProperty("further")[0].GetString()));
        Assert.StartsWith("mean of 3 folds of 36 videos", json.GetProperty("metrics")[0].GetProperty("how").GetString(), StringComparison.Ordinal);
        var bundle = Bundle.Load(_folder["out"]);
        Assert.Equal(72, bundle.Manifest.Training!.Contents.Distinct().Count());
        Assert.InRange(bundle.Threshold, 0.333, 0.999);
        Assert.NotEqual(Bundle.Load(_folder["model"]).Threshold, bundle.Threshold);
    }

    [Fact]
    public async Task A_fold_is_left_out_and_measured()
    {
        await DatasetAsync();

        var json = Json(await LusProcess.RunAsync([.. Fit("out", "--folds", _folder["folds.json"], "--fold", "1", "--inner-folds", "0", "--columns", "2-6"), "--json"]));

        var training = json.GetProperty("training");
        Assert.Equal(("1", "2-6"), (training.GetProperty("fold").GetString(), training.GetProperty("columns").GetString()));
        Assert.Equal(TinyBundle.Features, Bundle.Load(_folder["out"]).Features);
        var trained = training.GetProperty("clips").GetInt32();
        Assert.InRange(trained, 20, 28);
        Assert.StartsWith($"on the {MadeSet.Videos - trained} clips of the test side of fold 1", json.GetProperty("metrics")[0].GetProperty("how").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_that_is_killed_goes_on_to_the_same_bytes()
    {
        string[] longer = ["--ensemble", "12", "--inner-folds", "0"];
        Assert.Equal(0, (await LusProcess.RunAsync(Fit("whole", longer))).ExitCode);
        await using (var lus = LusProcess.Start(Fit("cut", longer), isNew: true))
        {
            while (!File.Exists(_folder["cut.fit/head-1.fit"]) && !lus.HasExited)
                await Task.Delay(5, TestContext.Current.CancellationToken);
            lus.SendKill();
            Assert.Equal(137, (await lus.EndAsync()).ExitCode);
        }
        Assert.False(Directory.Exists(_folder["cut"]));

        var resumed = await LusProcess.RunAsync(Fit("cut", longer));
        Assert.True(resumed.ExitCode == 0, resumed.ToString());

        Assert.Equal(Bundle.Load(_folder["whole"]).Head.Sha256, Bundle.Load(_folder["cut"]).Head.Sha256);
        Assert.False(Directory.Exists(_folder["cut.fit"]));
    }

    [Fact]
    public async Task An_interrupt_keeps_the_best_so_far()
    {
        await using var lus = LusProcess.Start(Fit("out", "--ensemble", "50", "--inner-folds", "0", "--epochs", "100"), isNew: true);
        while (!File.Exists(_folder["out.fit/head-1.fit"]) && !lus.HasExited)
            await Task.Delay(5, TestContext.Current.CancellationToken);

        lus.SendInterrupt();

        Assert.Equal(130, (await lus.EndAsync()).ExitCode);
        var training = Bundle.Load(_folder["out"]).Manifest.Training!;
        Assert.True(training.EndedEarly);
        Assert.InRange(training.Members, 1, 49);
    }

    [Theory]
    [InlineData("--units", "0", "--units must be 1 to 4096, not 0")]
    [InlineData("--dropout", "1.5", "--dropout must be at least 0 and below 1")]
    [InlineData("--frames", "9", "4 frames a video")]
    [InlineData("--model", "no-such-model", "neither a folder nor the name of a model")]
    [InlineData("--columns", "3-9", "The columns 3 to 9 cannot be taken of features with the columns 0 to 7")]
    [InlineData("--fold", "1", "--fold needs the file of the folds")]
    [InlineData("--out", "model", "exists and is not empty")]
    public async Task What_cannot_be_trained_is_said_and_nothing_is_written(string option, string value, string message)
    {
        var arguments = Fit("out", "--inner-folds", "0").ToList();
        var place = arguments.IndexOf(option);
        if (option == "--out")
            value = _folder[value];
        if (place < 0)
            arguments.AddRange([option, value]);
        else
            arguments[place + 1] = value;

        var result = await LusProcess.RunAsync([.. arguments]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.Errors, line => line.Contains(message, StringComparison.Ordinal));
        Assert.Equal(["labels.csv", "model", "set"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    private async Task DatasetAsync()
    {
        var result = await LusProcess.RunAsync(["train", "dataset", _folder["labels.csv"], "--folds", "3", "--out", _folder["folds.json"]]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private string[] Fit(string output, params string[] others) =>
    [
        "train", "fit", "--features", _folder["set"], "--labels", _folder["labels.csv"], "--out", _folder[output], "--model", _folder["model"],
        "--head", "gru", "--units", "8", .. others.Contains("--epochs") ? Array.Empty<string>() : ["--epochs", "3"], .. others,
    ];

    private static JsonElement Json(LusResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return Assert.Single(result.Json);
    }
}
