using System.Buffers.Binary;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>Videos whose container says how many frames they have: read without ffprobe where that is true, and right where it is not.</summary>
public class IndexedVideoTests
{
    private static readonly ClipPlan[] Plans = [ClipPlan.Whole(20), ClipPlan.Windows(20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5))];

    public static TheoryData<string, string[]> Plain => new()
    {
        { "reordered.mp4", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-bf", "3"] },
        { "quicktime.mov", [.. Ffmpeg.Pattern(), "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"] },
        { "fractional-rate.mp4", [.. Ffmpeg.Pattern(rate: 29), "-r", "30000/1001", "-c:v", "libx264"] },
        { "parts.avi", [.. Ffmpeg.Pattern(), "-c:v", "mpeg4"] },
    };

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task A_plain_index_makes_ffprobe_needless(string name, string[] arguments)
    {
        using var bench = new IngestBench(ffprobe: "exit 1");
        await Ffmpeg.MakeAsync(bench.PathOf(name), arguments);

        foreach (var plan in Plans)
            await AssertReadAsync(bench, name, plan, decodes: 1, ["probe", "decode"]);
    }

    [Fact]
    public async Task More_clips_than_permits_are_counted_by_ffmpeg_alone()
    {
        using var bench = new IngestBench(permits: 2, ffprobe: "exit 1");
        await Ffmpeg.MakeAsync(bench.PathOf("a.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);

        await AssertReadAsync(bench, "a.mp4", Plans[1], decodes: 2, ["probe", "decode"]);
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(-1, 32)]
    [InlineData(40, 32)]
    [InlineData(1, 2)]
    public async Task An_index_that_counts_wrong_costs_a_decode_and_nothing_else(int more, int permits)
    {
        using var bench = new IngestBench(permits: permits);
        await Ffmpeg.MakeAsync(bench.PathOf("a.avi"), [.. Ffmpeg.Pattern(), "-c:v", "mpeg4"]);
        var bytes = await File.ReadAllBytesAsync(bench.PathOf("a.avi"), Cancellation);
        var length = bytes.AsSpan(bytes.AsSpan().IndexOf("strh"u8) + 8 + 32);
        BinaryPrimitives.WriteInt32LittleEndian(length, BinaryPrimitives.ReadInt32LittleEndian(length) + more);
        await File.WriteAllBytesAsync(bench.PathOf("a.avi"), bytes, Cancellation);

        await AssertReadAsync(bench, "a.avi", Plans[0], decodes: 2, ["probe", "decode", "probe", "decode"]);
        // With two permits: counted both times, and then read twice, since three windows are open at a time.
        await AssertReadAsync(bench, "a.avi", Plans[1], decodes: permits == 2 ? 4 : 2, ["probe", "decode", "probe", "decode"]);
    }

    [Fact]
    public async Task What_the_decoder_refuses_is_explained_by_the_probe()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("a.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        var bytes = await File.ReadAllBytesAsync(bench.PathOf("a.mp4"), Cancellation);
        var frames = bytes.AsSpan().IndexOf("mdat"u8) + 4;
        bytes.AsSpan(frames, bytes.AsSpan().IndexOf("moov"u8) - 4 - frames).Clear();
        await File.WriteAllBytesAsync(bench.PathOf("a.mp4"), bytes, Cancellation);

        var exception = await Assert.ThrowsAsync<RejectedException>(() => bench.IngestAsync(bench.PathOf("a.mp4")));

        Assert.Equal(ReasonCode.Undecodable, exception.Reason);
        Assert.Equal(["probe", "decode", "probe", "decode"], bench.Steps);
    }

    [Fact]
    public async Task An_index_above_the_limit_is_left_to_the_probe()
    {
        using var bench = new IngestBench(limits: new VideoLimits { MaxFrames = 99 });
        await Ffmpeg.MakeAsync(bench.PathOf("a.avi"), [.. Ffmpeg.Pattern(), "-c:v", "mpeg4"]);

        var exception = await Assert.ThrowsAsync<RejectedException>(() => bench.IngestAsync(bench.PathOf("a.avi")));

        Assert.Equal(ReasonCode.TooManyFrames, exception.Reason);
        Assert.Equal(["probe", "decode"], bench.Steps);
    }

    [Fact]
    public async Task A_second_track_leaves_it_to_ffprobe()
    {
        using var bench = new IngestBench(ffmpeg: "exit 1");
        await Ffmpeg.MakeAsync(
            bench.PathOf("a.mp4"), [.. Ffmpeg.Pattern(), "-f", "lavfi", "-i", "sine=duration=4", "-c:v", "libx264", "-c:a", "aac"]);

        await Assert.ThrowsAsync<RejectedException>(() => bench.IngestAsync(bench.PathOf("a.mp4")));

        Assert.Equal(["probe", "decode"], bench.Steps);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task AssertReadAsync(IngestBench bench, string name, ClipPlan plan, int decodes, string[] steps)
    {
        bench.Steps.Clear();
        var ingested = await bench.IngestAsync(bench.PathOf(name), plan, 40, 30);

        Assert.Equal(steps, bench.Steps);
        Assert.Equal(decodes, ingested.Report.Decodes);
        await ClipContent.AssertEqualsFullDecodeAsync(ingested, plan, bench.PathOf(name), 40, 30);
        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
        Assert.Empty(Directory.EnumerateFiles(bench.Scratch));
    }
}
