using LusPipeline.IntegrationTests.Ingest;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>Bad input among good: each gets its reason, and nothing else is lost or stopped by it.</summary>
public sealed class HostileRunTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public async Task Bad_videos_are_rejected_with_their_reasons_and_the_others_finish()
    {
        using var folder = new TemporaryFolder();
        var inbox = Directory.CreateDirectory(folder["inbox"]).FullName;
        string In(string name) => Path.Combine(inbox, name);
        await Ffmpeg.MakeAsync(In("good.mp4"), Ffmpeg.Pattern(1));
        await Ffmpeg.MakeAsync(In("also-good.gif"), Ffmpeg.Pattern(1, "64x64"));
        await File.WriteAllTextAsync(In("empty.mp4"), "", Cancellation);
        await File.WriteAllTextAsync(In("text.mp4"), "no video", Cancellation);
        await File.WriteAllTextAsync(In("hls.mp4"), "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", Cancellation);
        await File.WriteAllTextAsync(In("concat.mp4"), $"ffconcat version 1.0\nfile '{In("good.mp4")}'\n", Cancellation);
        await File.WriteAllTextAsync(In("picture.mp4"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", Cancellation);
        await File.WriteAllBytesAsync(In("scan.dcm"), [.. new byte[128], .. "DICM"u8, .. new byte[100]], Cancellation);
        await Ffmpeg.MakeAsync(In("one-frame.mp4"), [.. Ffmpeg.Pattern(1), "-frames:v", "1"]);
        await Ffmpeg.MakeAsync(In("sound.mp4"), "-f", "lavfi", "-i", "sine=duration=1");
        await Ffmpeg.MakeAsync(In("huge.avi"), [.. Ffmpeg.Pattern(0.08, "8000x8000"), "-c:v", "mpeg4", "-q:v", "31"]);
        await Ffmpeg.MakeAsync(In("long.gif"), [.. Ffmpeg.Pattern(10, "32x32")]);
        var whole = await File.ReadAllBytesAsync(In("good.mp4"), Cancellation);
        await File.WriteAllBytesAsync(In("truncated.mp4"), whole.AsMemory(0, whole.Length * 6 / 10), Cancellation);
        File.CreateSymbolicLink(In("outside.mp4"), Path.Combine(fixture.Videos, "top.mov"));
        await File.WriteAllTextAsync(In("labels.csv"), "file,label\n", Cancellation);
        await File.WriteAllTextAsync(In(".hidden.mp4"), "hidden", Cancellation);
        RunFixture.Age(inbox);

        var run = await LusProcess.RunAsync(["run", inbox, "--home", Path.Combine(inbox, ".lus"), "--model", fixture.Model, "--json", "--max-frames", "200"]);

        Assert.Equal(2, run.ExitCode);
        var expected = new Dictionary<string, string>
        {
            ["good.mp4"] = "done",
            ["also-good.gif"] = "done",
            ["empty.mp4"] = "rejected: empty",
            ["text.mp4"] = "rejected: not_a_video",
            ["hls.mp4"] = "rejected: playlist",
            ["concat.mp4"] = "rejected: playlist",
            ["picture.mp4"] = "rejected: not_a_video",
            ["scan.dcm"] = "rejected: undecodable",
            ["one-frame.mp4"] = "rejected: too_few_frames",
            ["sound.mp4"] = "rejected: no_video_stream",
            ["huge.avi"] = "rejected: too_large_frame",
            ["long.gif"] = "rejected: too_many_frames",
            ["truncated.mp4"] = "rejected: truncated",
            ["outside.mp4"] = "rejected: outside_bucket",
        };
        Assert.Equal(expected.OrderBy(entry => entry.Key), expected.Keys.ToDictionary(name => name, run.Status).OrderBy(entry => entry.Key));
        Assert.Equal(expected.Count, run.Videos.Count);
        Assert.True(run.Summary.GetProperty("skipped").GetInt32() >= 2);

        var raised = await LusProcess.RunAsync(["run", inbox, "--home", Path.Combine(inbox, ".lus"), "--model", fixture.Model, "--json", "--max-frames", "300"]);

        Assert.Equal("done", raised.Status("long.gif"));
        Assert.False(raised.Video("long.gif").GetProperty("cached").GetBoolean());
        Assert.True(raised.Video("huge.avi").GetProperty("cached").GetBoolean());
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_rejected()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["inbox"]);
        await Ffmpeg.MakeAsync(Path.Combine(folder["inbox"], "good.mp4"), Ffmpeg.Pattern(1));
        File.Copy(Path.Combine(folder["inbox"], "good.mp4"), Path.Combine(folder["inbox"], "secret.mp4"));
        RunFixture.Age(folder["inbox"]);
        File.SetUnixFileMode(Path.Combine(folder["inbox"], "secret.mp4"), UnixFileMode.None);

        var run = await LusProcess.RunAsync(
            ["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json"], withoutPrivileges: true);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("rejected: unreadable", run.Status("secret.mp4"));
        Assert.Equal("done", run.Status("good.mp4"));
    }

    [Fact]
    public async Task Names_of_every_kind_are_done_and_stay_out_of_the_log()
    {
        using var folder = new TemporaryFolder();
        var inbox = Directory.CreateDirectory(folder["inbox"]).FullName;
        await Ffmpeg.MakeAsync(Path.Combine(inbox, "plain.mp4"), Ffmpeg.Pattern(0.8));
        string[] names =
        [
            "with space.mp4", "it's \"quoted\".mp4", "new\nline.mp4", "co:lon.mp4", "ümläut-肺.mp4", "-dash.mp4", "%d[1].mp4", "[bold]markup[dim].mp4",
            new string('n', 251) + ".mp4",
        ];
        foreach (var name in names)
            File.Copy(Path.Combine(inbox, "plain.mp4"), Path.Combine(inbox, name));
        RunFixture.Age(inbox);

        var run = await LusProcess.RunAsync(["run", inbox, "--home", folder["home"], "--model", fixture.Model, "--json", "--verbose"]);
        var table = await LusProcess.RunAsync(["results", "--home", folder["home"]]);
        await using var dashed = LusProcess.Start(["run", "--home", folder["other"], "--model", fixture.Model, "--json", "--", "-dash.mp4"], inbox);
        var dash = await dashed.EndAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.All(names, name => Assert.Equal("done", run.Status(name)));
        Assert.Equal(run.Video("plain.mp4").GetProperty("probabilities").GetRawText(), run.Video(names[0]).GetProperty("probabilities").GetRawText());
        Assert.Equal(0, table.ExitCode);
        Assert.Equal(0, dash.ExitCode);
        Assert.DoesNotContain("quoted", run.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_that_lie_among_the_videos_are_not_started()
    {
        using var folder = new TemporaryFolder();
        var inbox = Directory.CreateDirectory(folder["inbox"]).FullName;
        await Ffmpeg.MakeAsync(Path.Combine(inbox, "a.mp4"), Ffmpeg.Pattern(0.8));
        // The container of an ogg says too little of itself, so ffprobe is asked.
        await Ffmpeg.MakeAsync(Path.Combine(inbox, "b.ogv"), [.. Ffmpeg.Pattern(0.8), "-c:v", "libtheora"]);
        RunFixture.Age(inbox);
        foreach (var name in new[] { "ffmpeg", "ffprobe" })
        {
            var planted = Path.Combine(inbox, name);
            await File.WriteAllTextAsync(planted, $"#!/bin/sh\nenv >'{folder["planted"]}'\n", Cancellation);
            File.SetUnixFileMode(planted, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        var path = new Dictionary<string, string?> { ["PATH"] = $".::{Environment.GetEnvironmentVariable("PATH")}" };

        var run = await LusProcess.RunAsync(["run", ".", "--home", folder["home"], "--model", fixture.Model, "--json"], inbox, path);

        Assert.False(File.Exists(folder["planted"]), run.ToString());
        Assert.Equal(("done", "done"), (run.Status("a.mp4"), run.Status("b.ogv")));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(19)]
    public async Task Fewer_frames_than_a_clip_are_enough(int frames)
    {
        using var folder = new TemporaryFolder();
        await Ffmpeg.MakeAsync(folder["short.mp4"], [.. Ffmpeg.Pattern(2), "-frames:v", $"{frames}"]);

        var run = await LusProcess.RunAsync(["run", folder["short.mp4"], "--home", folder["home"], "--model", fixture.Model, "--json"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(frames, run.Video("short.mp4").GetProperty("frames").GetInt32());
    }

    [Fact]
    public async Task A_file_that_is_still_being_written_is_waited_for()
    {
        using var folder = new TemporaryFolder();
        await Ffmpeg.MakeAsync(folder["source.mp4"], Ffmpeg.Pattern(2));
        var bytes = await File.ReadAllBytesAsync(folder["source.mp4"], Cancellation);
        Directory.CreateDirectory(folder["inbox"]);
        var growing = Path.Combine(folder["inbox"], "growing.mp4");
        await File.WriteAllBytesAsync(growing, bytes.AsMemory(0, 4000), Cancellation);

        await using var lus = LusProcess.Start(["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json"]);
        await using (var file = new FileStream(growing, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            // Slow enough for several listings, never quiet for as long as one interval.
            using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            for (var part = 4000; part < bytes.Length; part += (bytes.Length - 4000) / 25 + 1)
            {
                await file.WriteAsync(bytes.AsMemory(part, Math.Min((bytes.Length - 4000) / 25 + 1, bytes.Length - part)), Cancellation);
                await file.FlushAsync(Cancellation);
                await clock.WaitForNextTickAsync(Cancellation);
            }
        }
        var run = await lus.EndAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(50, run.Video("growing.mp4").GetProperty("frames").GetInt32());
    }

    [Fact]
    public async Task A_file_that_vanishes_after_it_was_listed_is_rejected()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["inbox"]);
        foreach (var name in new[] { "a.mp4", "b.mp4" })
            await Ffmpeg.MakeAsync(Path.Combine(folder["inbox"], name), Ffmpeg.Pattern(name == "a.mp4" ? 1 : 1.2));
        RunFixture.Age(folder["inbox"]);
        var ffmpeg = await FakeProgramAsync(folder, "ffmpeg", $"rm -f '{Path.Combine(folder["inbox"], "b.mp4")}'");

        var run = await LusProcess.RunAsync(
            ["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json"], environment: PathWith(ffmpeg));

        Assert.Equal("done", run.Status("a.mp4"));
        Assert.Contains(run.Status("b.mp4"), new[] { "rejected: vanished", "done" });
    }

    [Fact]
    public async Task Ffmpeg_killed_midway_is_tried_again()
    {
        using var folder = new TemporaryFolder();
        await Ffmpeg.MakeAsync(folder["a.mp4"], Ffmpeg.Pattern(1));
        RunFixture.Age(folder.Path);
        var ffmpeg = await FakeProgramAsync(folder, "ffmpeg", $"if mkdir '{folder["once"]}' 2>/dev/null; then kill -9 $$; fi");

        var run = await LusProcess.RunAsync(
            ["run", folder["a.mp4"], "--home", folder["home"], "--model", fixture.Model, "--json"], environment: PathWith(ffmpeg));

        Assert.True(Directory.Exists(folder["once"]));
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Ffmpeg_that_always_dies_fails_the_video_and_the_next_run_tries_again()
    {
        using var folder = new TemporaryFolder();
        await Ffmpeg.MakeAsync(folder["a.mp4"], Ffmpeg.Pattern(1));
        RunFixture.Age(folder.Path);
        var ffmpeg = await FakeProgramAsync(folder, "ffmpeg", "kill -9 $$");

        var failed = await LusProcess.RunAsync(
            ["run", folder["a.mp4"], "--home", folder["home"], "--model", fixture.Model, "--json"], environment: PathWith(ffmpeg));
        var again = await LusProcess.RunAsync(["run", folder["a.mp4"], "--home", folder["home"], "--model", fixture.Model, "--json"]);

        Assert.Equal(2, failed.ExitCode);
        Assert.Equal("failed: decoder_crashed", failed.Status("a.mp4"));
        Assert.Equal(0, again.ExitCode);
    }

    /// <summary>A program that does something first and is then the real one.</summary>
    private static async Task<string> FakeProgramAsync(TemporaryFolder folder, string name, string first)
    {
        var bin = Directory.CreateDirectory(folder["bin"]).FullName;
        var real = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(path => Path.Combine(path, name)).First(File.Exists);
        var fake = Path.Combine(bin, name);
        await File.WriteAllTextAsync(fake, $"#!/bin/bash\n{first}\nexec {real} \"$@\"\n", Cancellation);
        File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return bin;
    }

    /// <summary>The program writes files and kills, so it runs without the sandbox.</summary>
    private static Dictionary<string, string?> PathWith(string bin) =>
        new() { ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}", ["LUS__Media__Sandbox"] = "off" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
