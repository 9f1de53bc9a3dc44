using System.Text.Json;

namespace LusPipeline.IntegrationTests.Training;

/// <summary><c>lus train dataset</c> and <c>lus train evaluate</c>, as a user calls them one after the other.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EvaluateCommandTests() => MadeSet.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folds_are_made_heads_are_trained_and_the_report_is_written()
    {
        await DatasetAsync();

        var result = await LusProcess.RunAsync([.. Evaluate("report.html"), "--csv", _folder["evaluation.csv"], "--name", "tiny"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains(result.Output, line => line.Contains("balanced accuracy", StringComparison.Ordinal));
        Assert.Contains(result.Output, line => line.StartsWith("covid from ", StringComparison.Ordinal));
        Assert.Contains("Research use only: not a medical device.", result.Output);
        Assert.Contains("<h2>Reliability</h2>", await File.ReadAllTextAsync(_folder["report.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.StartsWith("folds,tiny,4,8,", (await File.ReadAllLinesAsync(_folder["evaluation.csv"], TestContext.Current.CancellationToken))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_evaluation_that_is_killed_or_interrupted_goes_on_to_the_same_result()
    {
        await DatasetAsync();
        string[] longer = ["--json", "--inner-folds", "0"];
        var whole = Json(await LusProcess.RunAsync([.. Evaluate("whole.html", epochs: 400), .. longer]));

        foreach (var (fold, kill) in new[] { (1, true), (2, false) })
        {
            await using var lus = LusProcess.Start([.. Evaluate("cut.html", epochs: 400), .. longer], isNew: true);
            while (!File.Exists(_folder[$"cut.folds/fold-{fold - 1}.json"]) && !lus.HasExited)
                await Task.Delay(5, TestContext.Current.CancellationToken);
            if (kill)
                lus.SendKill();
            else
                lus.SendInterrupt();
            Assert.Equal(kill ? 137 : 130, (await lus.EndAsync()).ExitCode);
            Assert.False(File.Exists(_folder["cut.html"]));
        }

        var resumed = Json(await LusProcess.RunAsync([.. Evaluate("cut.html", epochs: 400), .. longer]));

        Assert.Equal(whole.GetProperty("videos").GetRawText(), resumed.GetProperty("videos").GetRawText());
        Assert.Equal(whole.GetProperty("measures").GetRawText(), resumed.GetProperty("measures").GetRawText());
        Assert.Equal(MadeSet.Videos, resumed.GetProperty("videos").GetArrayLength());
    }

    [Fact]
    public async Task A_bundles_head_is_evaluated_and_the_report_says_what_is_not_known()
    {
        await DatasetAsync();
        TinyBundle.Write(_folder["model"], MadeSet.Frames);

        var json = Json(await LusProcess.RunAsync([.. Evaluate("report.html"), "--bundle", _folder["model"], "--json"]));

        Assert.Equal("tiny", json.GetProperty("model").GetString());
        Assert.Contains("does not say on which videos", json.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("evaluate", json.GetProperty("command").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patient_on_both_sides_is_an_error_unless_it_is_allowed()
    {
        var made = await LusProcess.RunAsync(["train", "dataset", _folder["labels.csv"], "--folds", "3", "--group", "video", "--out", _folder["folds.json"]]);
        Assert.Equal(0, made.ExitCode);

        var refused = await LusProcess.RunAsync(Evaluate("report.html"));
        var allowed = Json(await LusProcess.RunAsync([.. Evaluate("report.html"), "--allow-leak", "--json"]));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(refused.Errors, line => line.Contains("are of the patient 'p", StringComparison.Ordinal));
        Assert.True(allowed.GetProperty("leaks").GetArrayLength() > 0);
    }

    private async Task DatasetAsync()
    {
        var result = await LusProcess.RunAsync(["train", "dataset", _folder["labels.csv"], "--folds", "3", "--out", _folder["folds.json"]]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains(result.Output, line => line.StartsWith("36 videos in 3 folds: ", StringComparison.Ordinal));
    }

    private string[] Evaluate(string report, int epochs = 3) =>
    [
        "train", "evaluate", "--features", _folder["set"], "--folds", _folder["folds.json"], "--labels", _folder["labels.csv"], "--out", _folder[report],
        "--head", "gru", "--units", "8", "--epochs", $"{epochs}",
    ];

    private static JsonElement Json(LusResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return Assert.Single(result.Json);
    }
}
