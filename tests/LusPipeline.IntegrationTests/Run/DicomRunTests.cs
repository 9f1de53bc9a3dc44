using System.Text;
using LusPipeline.IntegrationTests.Ingest;

namespace LusPipeline.IntegrationTests.Run;

/// <summary><c>lus run</c> on DICOM loops.</summary>
public sealed class DicomRunTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loops_become_videos_of_one_study_and_nothing_of_their_identity_is_kept()
    {
        using var folder = new TemporaryFolder();
        var names = new[] { "rgb", "rle", "jpeg-422", "j2k-grey", "video-h264", "single" };
        foreach (var (name, number) in names.Select((name, number) => (name, number)))
            await PutAsync(folder, $"inbox/{number % 2}/IM{number}", DicomFixtures.Loop(name));
        RunFixture.Age(folder["inbox"]);

        var run = await LusProcess.RunAsync(["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json", "--verbose"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["done", "done", "done", "done", "done", "rejected: too_few_frames"], Enumerable.Range(0, names.Length).Select(number => run.Status($"IM{number}")));
        var study = Assert.Single(run.Videos.Select(video => video.GetProperty("study").GetString()).Distinct())!;
        Assert.Matches("^dicom-[0-9a-f]{32}$", study);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder["home"], "dicom.key")));
        var kept = Directory.EnumerateFiles(folder["home"], "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).Append(Encoding.UTF8.GetBytes(string.Join("\n", run.Output.Concat(run.Errors))));
        Assert.All(kept, bytes => Assert.All(DicomFixtures.Identities, identity => Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(identity)) < 0, identity)));

        var again = await LusProcess.RunAsync(["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json"]);
        Assert.Equal(run.Results, again.Results);
        Assert.Equal(names.Length, again.Summary.GetProperty("cached").GetInt32());
    }

    [Fact]
    public async Task A_loop_gives_what_its_frames_give_as_a_video()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["inbox/study"]);
        await Ffmpeg.MakeAsync(folder["inbox/study/video.mov"], [.. Ffmpeg.Pattern(1.5, "200x150"), "-c:v", "png", "-pix_fmt", "rgb24"]);
        var frames = await Ffmpeg.DecodeAllAsync(folder["inbox/study/video.mov"], 200, 150);
        await PutAsync(folder, "inbox/study/loop.dcm", DicomWriter.Colours(frames, 200, 150));
        RunFixture.Age(folder["inbox"]);

        var run = await LusProcess.RunAsync(["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(run.Video("video.mov").GetProperty("probabilities").ToString(), run.Video("loop.dcm").GetProperty("probabilities").ToString());
        Assert.Equal(run.Video("video.mov").GetProperty("frames").GetInt32(), run.Video("loop.dcm").GetProperty("frames").GetInt32());
    }

    private static async Task PutAsync(TemporaryFolder folder, string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        await File.WriteAllBytesAsync(folder[name], content, Cancellation);
    }
}
