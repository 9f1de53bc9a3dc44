using System.Text.Json;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>The usual job: a folder of videos.</summary>
public sealed class RunTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private Task<LusResult> RunAsync(string home, params string[] more) =>
        LusProcess.RunAsync(["run", fixture.Videos, "--home", home, "--model", fixture.Model, "--json", .. more]);

    [Fact]
    public async Task A_folder_of_studies_becomes_results()
    {
        using var folder = new TemporaryFolder();

        var run = await RunAsync(folder["home"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(6, run.Videos.Count);
        Assert.All(run.Videos, video =>
        {
            Assert.Equal("done", video.GetProperty("status").GetString());
            Assert.False(video.GetProperty("cached").GetBoolean());
            var probabilities = video.GetProperty("probabilities");
            var sum = probabilities.GetProperty("covid").GetDouble() + probabilities.GetProperty("pneumonia").GetDouble() + probabilities.GetProperty("healthy").GetDouble();
            Assert.Equal(1, sum, 6);
        });
        Assert.Equal(["p1", "p2", "p3", "top.mov"], run.Studies.Select(study => study.GetProperty("study").GetString()));
        Assert.Equal("deep/c.gif", Assert.Single(run.Videos, video => video.GetProperty("video").GetString()!.EndsWith("gif", StringComparison.Ordinal)).GetProperty("video").GetString());
        Assert.Equal(60, run.Video("a.webm").GetProperty("frames").GetInt32() + 20);
        Assert.Equal("summary", run.Json[^1].GetProperty("kind").GetString());
        Assert.Equal(4, run.Summary.GetProperty("studies").GetInt32());
    }

    [Fact]
    public async Task A_study_is_the_mean_of_its_videos()
    {
        using var folder = new TemporaryFolder();

        var run = await RunAsync(folder["home"]);

        var videos = run.Videos.Where(video => video.GetProperty("study").GetString() == "p1").ToList();
        var study = run.Studies.Single(one => one.GetProperty("study").GetString() == "p1");
        Assert.Equal(2, study.GetProperty("videos").GetInt32());
        foreach (var name in new[] { "covid", "pneumonia", "healthy" })
        {
            Assert.Equal(
                videos.Average(video => video.GetProperty("probabilities").GetProperty(name).GetDouble()),
                study.GetProperty("probabilities").GetProperty(name).GetDouble(), 12);
        }
        Assert.Equal(1, study.GetProperty("revision").GetInt32());
    }

    [Fact]
    public async Task Twice_gives_the_same_to_the_last_bit()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal((await RunAsync(folder["one"])).Results, (await RunAsync(folder["two"])).Results);
    }

    [Fact]
    public async Task Again_prints_what_is_known_and_force_does_it_again()
    {
        using var folder = new TemporaryFolder();
        var first = await RunAsync(folder["home"]);

        var again = await RunAsync(folder["home"]);
        var forced = await RunAsync(folder["home"], "--force");

        Assert.Equal(0, again.ExitCode);
        Assert.All(again.Videos, video => Assert.True(video.GetProperty("cached").GetBoolean()));
        Assert.All(forced.Videos, video => Assert.False(video.GetProperty("cached").GetBoolean()));
        Assert.Equal(first.Results, again.Results);
        Assert.Equal(first.Results, forced.Results);
        Assert.NotEqual(first.Video("top.mov").GetProperty("traceId").GetString(), forced.Video("top.mov").GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task A_folder_that_moves_stays_done()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder["home"]);
        var moved = folder["elsewhere"];
        foreach (var file in Directory.EnumerateFiles(fixture.Videos, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(moved, Path.GetRelativePath(fixture.Videos, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        RunFixture.Age(moved);

        var run = await LusProcess.RunAsync(["run", moved, "--home", folder["home"], "--model", fixture.Model, "--json"]);

        Assert.Equal(6, run.Summary.GetProperty("cached").GetInt32());
    }

    [Fact]
    public async Task Windows_give_a_video_several_clips_and_come_back_to_the_whole_without_work()
    {
        using var folder = new TemporaryFolder();
        var whole = await RunAsync(folder["home"]);

        var windows = await RunAsync(folder["home"], "--clips", "windows", "--window", "1", "--stride", "0.5");
        var back = await RunAsync(folder["home"]);

        // 3 s at 25 frames a second: starts at 0, 13, 26, 39 and 50 would need 75 frames for 38-37 … in all (75 - 25) / 13 + 1.
        Assert.Equal(4, windows.Video("b.avi").GetProperty("clips").GetInt32());
        Assert.True(windows.Video("b.avi").GetProperty("spread").GetDouble() > 0);
        Assert.Equal(6, back.Summary.GetProperty("cached").GetInt32());
        Assert.Equal(whole.Results, back.Results);
    }

    [Fact]
    public async Task Another_model_is_another_result_beside_the_first()
    {
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["other"], seed: 7, name: "other");
        var first = await RunAsync(folder["home"]);

        var other = await LusProcess.RunAsync(["run", fixture.Videos, "--home", folder["home"], "--model", folder["other"], "--json"]);
        var back = await RunAsync(folder["home"]);

        Assert.NotEqual(first.Results, other.Results);
        Assert.StartsWith("other@1+", other.Video("top.mov").GetProperty("model").GetString(), StringComparison.Ordinal);
        Assert.Equal(first.Results, back.Results);
        Assert.Equal(6, back.Summary.GetProperty("cached").GetInt32());
    }

    [Fact]
    public async Task A_person_gets_a_table_the_totals_and_one_notice()
    {
        using var folder = new TemporaryFolder();

        var run = await LusProcess.RunAsync(["run", fixture.Videos, "--home", folder["home"], "--model", fixture.Model]);

        Assert.Contains(run.Output, line => line.Contains("diagnosis", StringComparison.Ordinal) && line.Contains("spread", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.StartsWith("4 studies, 6 videos: 6 done", StringComparison.Ordinal));
        Assert.Single(run.Output, line => line.Contains("Research use only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Labels_add_accuracy_and_the_confusion_matrix()
    {
        using var folder = new TemporaryFolder();
        var first = await RunAsync(folder["home"]);
        var diagnosis = first.Video("top.mov").GetProperty("diagnosis").GetString()!;
        await File.WriteAllTextAsync(folder["labels.csv"], $"file,label\ntop.mov,{diagnosis}\np3/a.webm,{(diagnosis == "covid" ? "reg" : "cov")}\n", TestContext.Current.CancellationToken);

        var labelled = await RunAsync(folder["home"], "--labels", folder["labels.csv"]);

        var labels = labelled.Summary.GetProperty("labels");
        Assert.Equal(2, labels.GetProperty("labelled").GetInt32());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, labels.GetProperty("trainedOn").ValueKind);
        Assert.Equal(2, labels.GetProperty("confusion").EnumerateArray().Sum(row => row.EnumerateArray().Sum(cell => cell.GetInt32())));
    }

    [Fact]
    public async Task A_wrong_label_names_its_line()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["labels.csv"], "file,label\ntop.mov,flu\n", TestContext.Current.CancellationToken);

        var run = await RunAsync(folder["home"], "--labels", folder["labels.csv"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("line 2", run.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_studies_and_show_read_the_ledger()
    {
        using var folder = new TemporaryFolder();
        var run = await RunAsync(folder["home"]);

        var results = await LusProcess.RunAsync(["results", "--home", folder["home"], "--format", "json"]);
        var csv = await LusProcess.RunAsync(["results", "--home", folder["home"], "--study", "p1", "--format", "csv"]);
        var studies = await LusProcess.RunAsync(["studies", "--home", folder["home"]]);
        var show = await LusProcess.RunAsync(["show", "p2", "--home", folder["home"]]);

        Assert.Equal(run.Results, results.Results);
        Assert.Equal(3, csv.Output.Count);
        Assert.StartsWith("study,video,status,reason,diagnosis", csv.Output[0], StringComparison.Ordinal);
        Assert.Contains(studies.Output, line => line.Contains("top.mov", StringComparison.Ordinal));
        var trace = run.Studies.Single(study => study.GetProperty("study").GetString() == "p2").GetProperty("traceId").GetString()!;
        Assert.Contains(show.Output, line => line.Contains(trace, StringComparison.Ordinal));
        foreach (var span in new[] { "study seen", "probe", "decode", "features", "sequence" })
            Assert.Contains(show.Output, line => line.Contains(span, StringComparison.Ordinal) && line.Contains('█'));
    }

    [Fact]
    public async Task Features_are_kept_with_what_made_them()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder["home"]);

        var objects = Path.Combine(folder["home"], "objects");
        var features = Directory.GetFiles(Path.Combine(objects, "features"), "*.npy", SearchOption.AllDirectories);
        Assert.Equal(6, features.Length);
        Assert.All(features, file =>
        {
            var (shape, _) = LusPipeline.Buckets.Npy.NpyFile.Read<float>(file);
            Assert.Equal([20, TinyBundle.Features], shape);
            using var sidecar = JsonDocument.Parse(File.ReadAllBytes(file + ".json"));
            Assert.Equal("fp32", sidecar.RootElement.GetProperty("variant").GetString());
            Assert.Equal(
                Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))),
                sidecar.RootElement.GetProperty("sha256").GetString());
        });
        Assert.False(Directory.Exists(Path.Combine(objects, "clips")) && Directory.EnumerateFiles(Path.Combine(objects, "clips")).Any());
    }

    [Fact]
    public async Task No_video_is_an_error_with_a_hint()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["empty"]);

        var run = await LusProcess.RunAsync(["run", folder["empty"], "--home", folder["home"], "--model", fixture.Model, "--json"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no video found", run.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "/no/such/folder")]
    [InlineData("run", "x", "--clips", "halves")]
    [InlineData("run", "x", "--window", "-1")]
    [InlineData("run", "x", "--threads", "many")]
    [InlineData("run", "x", "--no-such-option")]
    [InlineData("no-such-command")]
    public async Task Wrong_usage_is_exit_1_and_says_what_is_wrong(params string[] arguments)
    {
        using var folder = new TemporaryFolder();

        var run = await LusProcess.RunAsync(arguments, folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.NotEmpty(run.Errors);
    }
}
