using System.Diagnostics;
using System.Globalization;
using LusPipeline.Cli.Demo;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.IntegrationTests.Demo;

public sealed class PhantomVideosTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lus-demo-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_video_has_its_size_and_frames_and_is_the_same_each_time()
    {
        await PhantomVideos.WriteAsync(_folder, Token);
        var first = Contents();
        await PhantomVideos.WriteAsync(_folder, Token);

        Assert.Equal(PhantomVideos.All.Select(video => video.Key).Order(StringComparer.Ordinal), first.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(first, Contents());
        foreach (var video in PhantomVideos.All)
        {
            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture, $"{video.Width},{video.Height},{video.Frames}"),
                Probe(Path.Join(_folder, video.Key)));
        }
    }

    [Fact]
    public async Task What_ffmpeg_cannot_write_is_an_error_that_says_why_and_leaves_nothing()
    {
        var video = PhantomVideos.All[0] with { Encoding = ["-c:v", "no_such_codec"] };

        var error = await Assert.ThrowsAsync<BrokenEngineException>(() => PhantomVideos.WriteAsync(_folder, video, Token));

        Assert.Contains("no_such_codec", error.Message, StringComparison.Ordinal);
        Assert.Empty(Contents());
    }

    [Fact]
    public async Task A_cancelled_demo_leaves_no_half_written_video()
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PhantomVideos.WriteAsync(_folder, PhantomVideos.All[0], cancelled.Token));

        Assert.Empty(Contents());
    }

    private static string Probe(string path)
    {
        var start = new ProcessStartInfo(
            "ffprobe",
            ["-v", "error", "-select_streams", "v", "-count_frames", "-show_entries", "stream=width,height,nb_read_frames", "-of", "csv=p=0", path])
        {
            RedirectStandardOutput = true,
        };
        using var ffprobe = Process.Start(start)!;
        return ffprobe.StandardOutput.ReadToEnd().Split('\n')[0].Trim().TrimEnd(',');
    }

    private Dictionary<string, string> Contents() =>
        Directory.EnumerateFiles(_folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .ToDictionary(path => Path.GetRelativePath(_folder, path), path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
}
