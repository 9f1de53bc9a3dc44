namespace LusPipeline.IntegrationTests.Run;

/// <summary>Bad days of our own: interrupted, no disk, a broken model, a second run.</summary>
public sealed class InterruptedRunTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private string[] Arguments(string home, params string[] more) =>
        ["run", fixture.Videos, "--home", home, "--model", fixture.Model, "--json", .. more];

    [Fact]
    public async Task Ctrl_C_stops_cleanly_and_the_next_run_goes_on()
    {
        using var folder = new TemporaryFolder();
        var quiet = await LusProcess.RunAsync(Arguments(folder["quiet"]));
        await using var lus = LusProcess.Start(Arguments(folder["home"]));
        await lus.OutputLineAsync(line => line.Contains("\"video\"", StringComparison.Ordinal));
        lus.SendInterrupt();

        var interrupted = await lus.EndAsync();
        var resumed = await LusProcess.RunAsync(Arguments(folder["home"]));

        Assert.Contains(interrupted.ExitCode, new[] { 130, 0 });
        Assert.Equal(interrupted.ExitCode == 130, interrupted.Summary.GetProperty("interrupted").GetBoolean());
        Assert.True(resumed.Summary.GetProperty("cached").GetInt32() >= 1);
        Assert.Equal(quiet.Results, resumed.Results);
    }

    [Fact]
    public async Task Watching_takes_new_videos_and_late_ones_until_it_is_stopped()
    {
        using var folder = new TemporaryFolder();
        var study = Directory.CreateDirectory(Path.Combine(folder["inbox"], "p1")).FullName;
        File.Copy(Path.Combine(fixture.Videos, "top.mov"), Path.Combine(study, "first.mov"));
        await using var lus = LusProcess.Start(["run", folder["inbox"], "--watch", "--home", folder["home"], "--model", fixture.Model, "--json"]);
        await lus.OutputLineAsync(line => line.Contains("first.mov", StringComparison.Ordinal));

        File.Copy(Path.Combine(fixture.Videos, "p1", "a.mp4"), Path.Combine(study, "late.mp4"));
        await lus.OutputLineAsync(line => line.Contains("late.mp4", StringComparison.Ordinal));
        lus.SendInterrupt();
        var run = await lus.EndAsync();

        Assert.Equal(130, run.ExitCode);
        var one = Assert.Single(run.Studies);
        Assert.Equal((2, 2), (one.GetProperty("videos").GetInt32(), one.GetProperty("revision").GetInt32()));
    }

    [Fact]
    public async Task A_second_run_on_the_same_home_is_turned_away()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["inbox"]);
        await using var first = LusProcess.Start(["run", folder["inbox"], fixture.Videos, "--watch", "--home", folder["home"], "--model", fixture.Model, "--json"]);
        await first.OutputLineAsync(line => line.Contains("\"video\"", StringComparison.Ordinal));

        var second = await LusProcess.RunAsync(Arguments(folder["home"]));
        first.SendTerminate();
        var ended = await first.EndAsync();

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Another lus run works in", second.ErrorText, StringComparison.Ordinal);
        Assert.Equal(130, ended.ExitCode);
    }

    [Fact]
    public async Task A_broken_model_is_found_before_any_video_is_read()
    {
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["model"]);
        await File.AppendAllTextAsync(Path.Combine(folder["model"], "head.onnx"), "x", TestContext.Current.CancellationToken);

        var run = await LusProcess.RunAsync(["run", fixture.Videos, "--home", folder["home"], "--model", folder["model"], "--json"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("head.onnx", run.ErrorText, StringComparison.Ordinal);
        Assert.Empty(run.Videos);
    }

    [Fact]
    public async Task Ffmpeg_that_is_missing_ends_the_run_with_the_fix()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["bin"]);

        var run = await LusProcess.RunAsync(Arguments(folder["home"]), environment: new Dictionary<string, string?> { ["PATH"] = folder["bin"] });
        var mended = await LusProcess.RunAsync(Arguments(folder["home"]));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Install ffmpeg", run.ErrorText, StringComparison.Ordinal);
        Assert.Equal(0, mended.ExitCode);
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_with_the_fix_and_nothing_is_lost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Making a small disk needs root.");
        using var folder = new TemporaryFolder();
        var home = Directory.CreateDirectory(folder["home"]).FullName;
        await using var disk = await SmallDisk.MountAsync(home, kilobytes: 1200);
        Assert.SkipUnless(disk.Mounted, "This machine does not mount a tmpfs.");

        var full = await LusProcess.RunAsync(Arguments(home, "--clips", "windows", "--window", "0.2", "--stride", "0.04"));
        await disk.GrowAsync(kilobytes: 400_000);
        var resumed = await LusProcess.RunAsync(Arguments(home, "--clips", "windows", "--window", "0.2", "--stride", "0.04"));

        Assert.Equal(1, full.ExitCode);
        Assert.Contains("full", full.ErrorText, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(6, resumed.Summary.GetProperty("done").GetInt32());
    }
}
