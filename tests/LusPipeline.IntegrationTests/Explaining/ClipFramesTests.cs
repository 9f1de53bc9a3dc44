using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Identity;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Hosting.Run;
using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Explaining;

/// <summary>Frames of diagnosed clips, decoded again.</summary>
public sealed class ClipFramesTests : IDisposable
{
    private const int FrameBytes = TinyBundle.Side * TinyBundle.Side * 3;

    private readonly ExplainBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("p1/a.mp4", 1)]
    [InlineData("p2/b.gif", 1)]
    [InlineData("p1/a.mp4", 4, "--clips", "windows", "--window", "1", "--stride", "0.5")]
    public async Task Frames_are_bit_by_bit_those_that_were_diagnosed(string key, int clips, params string[] plan)
    {
        await MakeVideosAsync();
        await _bench.RunAsync(plan);
        var all = await Ffmpeg.DecodeAllAsync(Path.Combine(_bench.Videos, key), TinyBundle.Side, TinyBundle.Side);

        for (var clip = 0; clip < clips; clip++)
        {
            var frames = await _bench.FramesAsync(key, clip);

            Assert.True(frames.Diagnosed);
            Assert.Equal((20, TinyBundle.Side, TinyBundle.Side), (frames.Count, frames.Height, frames.Width));
            for (var frame = 0; frame < frames.Count; frame++)
                Assert.True(frames.Pixels(frame).Span.SequenceEqual(all.AsSpan(frames.DecodedFrame(frame) * FrameBytes, FrameBytes)), $"frame {frame} of clip {clip}");
        }
        var beyond = await Assert.ThrowsAsync<NotExplainableException>(() => _bench.FramesAsync(key, clips));
        Assert.Contains($"no clip {clips}", beyond.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_that_were_looked_at_stay_when_the_original_is_gone_and_others_say_why_there_are_none()
    {
        await MakeVideosAsync();
        await _bench.RunAsync();
        var before = await _bench.FramesAsync("p1/a.mp4");
        Directory.Delete(_bench.Videos, recursive: true);

        var after = await _bench.FramesAsync("p1/a.mp4");
        var gone = await Assert.ThrowsAsync<NotExplainableException>(() => _bench.FramesAsync("p2/b.gif"));

        Assert.Equal(before.Sha256, after.Sha256);
        Assert.Contains("original is gone", gone.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("b.gif", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_content_by_the_same_name_is_not_shown_as_the_diagnosed_one()
    {
        await MakeVideosAsync();
        await _bench.RunAsync();
        File.Copy(Path.Combine(_bench.Videos, "p2/b.gif"), Path.Combine(_bench.Videos, "p1/a.mp4"), overwrite: true);

        var changed = await Assert.ThrowsAsync<NotExplainableException>(() => _bench.FramesAsync("p1/a.mp4"));

        Assert.Contains("content has changed", changed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copied_folder_serves_by_its_content()
    {
        await MakeVideosAsync();
        await _bench.RunAsync();
        Directory.Move(_bench.Videos, _bench["old"]);
        Directory.CreateDirectory(_bench["copy/p1"]);
        File.Copy(_bench["old/p1/a.mp4"], _bench["copy/p1/a.mp4"]);
        File.SetLastWriteTimeUtc(_bench["copy/p1/a.mp4"], DateTime.UtcNow.AddDays(-1));

        var frames = await _bench.FramesAsync("p1/a.mp4", originals: new VideoFolder("copy", [_bench["copy"]], null, ContentCache.InMemory()));

        Assert.True(frames.Diagnosed);
    }

    [Fact]
    public async Task Deleting_a_study_deletes_its_frames_and_the_path_that_only_it_had()
    {
        await MakeVideosAsync();
        await _bench.RunAsync();
        await ExplainBench.LusAsync("run", Path.Combine(_bench.Videos, "p2", "b.gif"), "--home", _bench.Home, "--model", _bench.Model);
        var kept = (await _bench.VideoAsync("p1/a.mp4")).VideoId;
        await _bench.FramesAsync("p1/a.mp4");
        await _bench.FramesAsync("b.gif");
        Assert.Equal(2, HomePlaces.Read(_bench.Home).Videos.Count);
        Assert.Equal(2, Cached().Count);

        await ExplainBench.LusAsync("delete", "b.gif", "--yes", "--home", _bench.Home);

        var left = Assert.Single(Cached());
        Assert.StartsWith($"{LedgerIds.Clip(kept, Core.Clips.ClipPlan.Whole(20), 0):D}.", left, StringComparison.Ordinal);
        Assert.Equal([_bench.Videos], HomePlaces.Read(_bench.Home).Videos);
    }

    [Fact]
    public async Task Frames_and_places_can_be_read_by_this_user_alone()
    {
        await MakeVideosAsync();
        await _bench.RunAsync();
        await _bench.FramesAsync("p1/a.mp4");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(HomeFolder.FramesIn(_bench.Home)));
        Assert.All(
            [Path.Combine(HomeFolder.FramesIn(_bench.Home), Assert.Single(Cached())), Path.Combine(_bench.Home, "places.json")],
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_mask_blackens_the_border_of_pictures_and_leaves_the_models_frames_as_they_are()
    {
        await MakeVideosAsync();
        await _bench.RunAsync();

        var frames = await _bench.FramesAsync("p1/a.mp4", mask: FrameMask.Parse("25% 0 0 0"));

        var (shown, whole) = (frames.Shown(3), frames.Pixels(3).ToArray());
        Assert.All(shown[..(FrameBytes / 4)], value => Assert.Equal(0, value));
        Assert.Equal(whole[(FrameBytes / 4)..], shown[(FrameBytes / 4)..]);
        Assert.True(frames.Diagnosed);
    }

    private List<string> Cached() => [.. Directory.EnumerateFileSystemEntries(HomeFolder.FramesIn(_bench.Home)).Select(path => Path.GetFileName(path)!)];

    private async Task MakeVideosAsync()
    {
        TinyBundle.Write(_bench.Model);
        Directory.CreateDirectory(Path.Combine(_bench.Videos, "p1"));
        Directory.CreateDirectory(Path.Combine(_bench.Videos, "p2"));
        await Ffmpeg.MakeAsync(Path.Combine(_bench.Videos, "p1/a.mp4"), Ffmpeg.Pattern(3));
        await Ffmpeg.MakeAsync(Path.Combine(_bench.Videos, "p2/b.gif"), Ffmpeg.Pattern(1));
        RunFixture.Age(_bench.Videos);
    }
}
