using LusPipeline.Core.Clips;
using LusPipeline.Media;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>Several clips a video, and the bound on clips in flight.</summary>
public class WindowClipTests
{
    [Theory]
    [InlineData(2.0, 2.0, 32, 1)]
    [InlineData(1.0, 0.3, 32, 1)]
    [InlineData(0.4, 0.4, 32, 1)]
    [InlineData(0.3, 1.1, 32, 1)]
    [InlineData(30.0, 2.0, 32, 1)]
    [InlineData(1.0, 0.3, 5, 2)]
    [InlineData(1.0, 0.04, 50, 2)]
    [InlineData(1.0, 0.04, 10, 4)]
    [InlineData(1.0, 1.0, 1, 2)]
    public async Task Clips_are_those_of_a_full_decode(double window, double stride, int permits, int decodes)
    {
        using var bench = new IngestBench(permits: permits);
        var path = bench.PathOf("a.mp4");
        await Ffmpeg.MakeAsync(path, [.. Ffmpeg.Pattern(6), "-c:v", "libx264"]);
        var plan = ClipPlan.Windows(20, TimeSpan.FromSeconds(window), TimeSpan.FromSeconds(stride));

        var ingested = await bench.IngestAsync(path, plan, 40, 30);

        await ClipContent.AssertEqualsFullDecodeAsync(ingested, plan, path, 40, 30);
        Assert.Equal(ingested.Clips.Count, ingested.Report.Clips);
        Assert.Equal(decodes, ingested.Report.Decodes);
        Assert.Equal(permits, bench.Gate.Free);
    }

    [Theory]
    [InlineData(150)]
    [InlineData(300)]
    [InlineData(3500)]
    public async Task Clips_may_have_many_frames(int frames)
    {
        using var bench = new IngestBench();
        var path = bench.PathOf("a.avi");
        await Ffmpeg.MakeAsync(path, [.. Ffmpeg.Pattern(300, "16x16"), "-c:v", "rawvideo", "-pix_fmt", "gray"]);
        var plan = ClipPlan.Whole(frames);

        await ClipContent.AssertEqualsFullDecodeAsync(await bench.IngestAsync(path, plan, 8, 6), plan, path, 8, 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Long_and_short_videos_together_never_hold_more_clips_than_permits_and_never_lock_up(int decoders)
    {
        using var bench = new IngestBench(new IngestOptions { MaxDecoders = decoders }, permits: 4);
        var path = bench.PathOf("a.mp4");
        await Ffmpeg.MakeAsync(path, [.. Ffmpeg.Pattern(6), "-c:v", "libx264"]);
        ClipPlan[] plans =
        [
            ClipPlan.Windows(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.4)),
            ClipPlan.Whole(20),
            ClipPlan.Windows(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.4)),
            ClipPlan.Windows(5, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.5)),
            ClipPlan.Windows(5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.5)),
            ClipPlan.Whole(20),
        ];
        var inFlight = 0;
        var most = 0;

        var all = await Task.WhenAll(plans.Select(plan => bench.IngestAsync(path, plan, 40, 30, async _ =>
        {
            var now = Interlocked.Increment(ref inFlight);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref inFlight);
        }))).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        Assert.Equal([13, 1, 13, 3, 8, 1], all.Select(ingested => ingested.Report.Clips));
        Assert.InRange(most, 1, 4);
        Assert.Equal(4, bench.Gate.Free);
    }

    [Fact]
    public async Task Hidden_frames_are_no_frames()
    {
        using var bench = new IngestBench();
        var path = bench.PathOf("a.webm");
        string[] encode =
        [
            "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=4", "-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "25",
            "-b:v", "60k", "-deadline", "good", "-cpu-used", "1", "-passlogfile", bench.PathOf("log"),
        ];
        await Ffmpeg.MakeAsync("-", [.. encode, "-pass", "1", "-f", "null"]);
        await Ffmpeg.MakeAsync(path, [.. encode, "-pass", "2"]);

        await AssertSecondDecodeIsRightAsync(bench, path);
    }

    [Fact]
    public async Task A_stream_that_begins_between_key_frames_has_fewer_frames_than_packets()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("whole.ts"), [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-g", "50", "-f", "mpegts"]);
        var path = bench.PathOf("a.ts");
        var bytes = await File.ReadAllBytesAsync(bench.PathOf("whole.ts"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(path, bytes[(188 * 40)..], TestContext.Current.CancellationToken);

        await AssertSecondDecodeIsRightAsync(bench, path);
    }

    private static async Task AssertSecondDecodeIsRightAsync(IngestBench bench, string path)
    {
        foreach (var plan in new[] { ClipPlan.Whole(20), ClipPlan.Windows(20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5)) })
        {
            var ingested = await bench.IngestAsync(path, plan, 40, 30);

            Assert.True(ingested.Facts.Packets > ingested.Report.DecodedFrames);
            Assert.Equal(2, ingested.Report.Decodes);
            await ClipContent.AssertEqualsFullDecodeAsync(ingested, plan, path, 40, 30);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
