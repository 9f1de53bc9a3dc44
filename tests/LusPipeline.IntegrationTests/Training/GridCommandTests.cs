using LusPipeline.IntegrationTests.Run;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Reports;

namespace LusPipeline.IntegrationTests.Training;

/// <summary><c>lus train grid</c>: the paper's table, row by row.</summary>
public sealed class GridCommandTests : IClassFixture<RunFixture>, IDisposable
{
    private readonly RunFixture _fixture;
    private readonly TemporaryFolder _folder = new();

    public GridCommandTests(RunFixture fixture)
    {
        _fixture = fixture;
        Directory.CreateDirectory(_folder["sets"]);
        MadeSet.Write(_folder);
        Directory.Move(_folder["set"], _folder["sets/tiny"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_of_feature_sets_are_written_kept_and_added_after_a_kill()
    {
        var made = await LusProcess.RunAsync(["train", "dataset", _folder["labels.csv"], "--folds", "3", "--out", _folder["folds.json"]]);
        Assert.Equal(0, made.ExitCode);
        var whole = await LusProcess.RunAsync(Grid("whole.csv", "2,3,4"));
        Assert.True(whole.ExitCode == 0, whole.ToString());

        await using (var lus = LusProcess.Start(Grid("cut.csv", "2,3,4"), isNew: true))
        {
            while (!File.Exists(_folder["cut.csv"]) && !lus.HasExited)
                await Task.Delay(5, TestContext.Current.CancellationToken);
            lus.SendKillIfRunning();
            await lus.EndAsync();
        }
        var marked = await File.ReadAllLinesAsync(_folder["cut.csv"], TestContext.Current.CancellationToken);
        var resumed = await LusProcess.RunAsync(Grid("cut.csv", "2,3,4"));

        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        var rows = await File.ReadAllLinesAsync(_folder["cut.csv"], TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllLinesAsync(_folder["whole.csv"], TestContext.Current.CancellationToken), rows);
        Assert.Equal(EvaluationCsv.Header, rows[0]);
        Assert.Equal(["folds,tiny-2,2,8", "folds,tiny-3,3,8", "folds,tiny-4,4,8"], rows[1..].Select(row => string.Join(',', row.Split(',')[..4])));
        Assert.Contains(resumed.Output, line => line.StartsWith($"3 rows, {marked.Length - 1} of them from earlier", StringComparison.Ordinal));
        Assert.False(Directory.Exists(_folder["cut.grid"]));
    }

    [Fact]
    public async Task Videos_give_features_once_for_each_backbone()
    {
        string[] labels = ["cov", "pne", "reg"];
        var videos = Directory.EnumerateFiles(_fixture.Videos, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_fixture.Videos, file)).Order(StringComparer.Ordinal);
        await File.WriteAllLinesAsync(_folder["videos.csv"], ["file,label,patient", .. videos.Select((video, i) => $"{video},{labels[i % 3]},p{i}")], TestContext.Current.CancellationToken);
        var made = await LusProcess.RunAsync(["train", "dataset", _folder["videos.csv"], "--folds", "2", "--out", _folder["videos.json"]]);
        Assert.Equal(0, made.ExitCode);
        string[] grid =
        [
            "train", "grid", "--models", _fixture.Model, "--videos", _fixture.Videos, "--labels", _folder["videos.csv"], "--folds", _folder["videos.json"],
            "--out", _folder["table.csv"], "--allow-leak", "--units", "4", "--dense", "none", "--epochs", "2", "--frames",
        ];

        var killed = _folder[$"table.features/{Bundle.Load(_fixture.Model).Name}/features.0123.tmp"];
        Directory.CreateDirectory(killed);

        var first = await LusProcess.RunAsync([.. grid, "2"]);
        var written = File.GetLastWriteTimeUtc(Directory.EnumerateFiles(_folder["table.features"], "labels.npy", SearchOption.AllDirectories).Single());
        var second = await LusProcess.RunAsync([.. grid, "2,3"]);

        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.False(Directory.Exists(killed), "What a killed process left stays.");
        Assert.Equal(written, File.GetLastWriteTimeUtc(Directory.EnumerateFiles(_folder["table.features"], "labels.npy", SearchOption.AllDirectories).Single()));
        Assert.Equal(3, (await File.ReadAllLinesAsync(_folder["table.csv"], TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_labelled_video_that_is_missing_is_found_before_features_are_made()
    {
        await File.WriteAllTextAsync(_folder["folds.json"], "{}", TestContext.Current.CancellationToken);
        var video = Path.GetRelativePath(_fixture.Videos, Directory.EnumerateFiles(_fixture.Videos, "*", SearchOption.AllDirectories).First());
        await File.WriteAllLinesAsync(_folder["more.csv"], ["file,label,patient", $"{video},cov,a", "gone.mp4,reg,b"], TestContext.Current.CancellationToken);

        var result = await LusProcess.RunAsync(
            ["train", "grid", "--models", _fixture.Model, "--videos", _fixture.Videos, "--labels", _folder["more.csv"], "--folds", _folder["folds.json"], "--out", _folder["bad.csv"], "--frames", "2"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.Errors, line => line.Contains("line 3: there is no such video under", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(_folder["bad.features"], "*.npy", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_cannot_be_a_grid_is_an_error_that_says_why()
    {
        await File.WriteAllTextAsync(_folder["folds.json"], "{}", TestContext.Current.CancellationToken);

        await RefusedAsync("has 4 frames a video, so 9 cannot be taken", "--frames", "2,9", "--features", _folder["sets"]);
        await RefusedAsync("--frames x: give whole numbers", "--frames", "2,x", "--features", _folder["sets"]);
        await RefusedAsync("has no folder 'none'", "--features", _folder["sets"], "--models", "none");
        await RefusedAsync("Give either --videos with --models, or --features");
        await RefusedAsync("--models names no backbone", "--videos", _fixture.Videos);
        await RefusedAsync("neither a folder nor the name of a model", "--videos", _fixture.Videos, "--models", "none");

        async Task RefusedAsync(string expected, params string[] arguments)
        {
            var result = await LusCommand.RunAsync(["train", "grid", "--folds", _folder["folds.json"], "--out", _folder["bad.csv"], .. arguments]);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(result.Errors, line => line.Contains(expected, StringComparison.Ordinal));
            Assert.False(File.Exists(_folder["bad.csv"]));
        }
    }

    private string[] Grid(string table, string frames) =>
    [
        "train", "grid", "--features", _folder["sets"], "--labels", _folder["labels.csv"], "--folds", _folder["folds.json"], "--frames", frames, "--out", _folder[table], "--epochs", "60",
    ];
}
