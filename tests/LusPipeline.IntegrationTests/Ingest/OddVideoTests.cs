using LusPipeline.Core.Clips;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>Videos that are odd and fine: done, with exactly the frames that a decode of the whole video gives.</summary>
public class OddVideoTests
{
    public static TheoryData<string, string[]> Videos => new()
    {
        { "plain.mp4", [.. Ffmpeg.Pattern(), "-c:v", "libx264"] },
        { "variable-rate.mp4", [.. Ffmpeg.Pattern(), "-vf", "select='not(mod(n,3))+gt(n,50)'", "-fps_mode", "vfr", "-c:v", "libx264"] },
        { "gray.mp4", [.. Ffmpeg.Pattern(), "-pix_fmt", "gray", "-c:v", "libx264"] },
        { "ten-bit.mp4", [.. Ffmpeg.Pattern(), "-pix_fmt", "yuv420p10le", "-c:v", "libx264"] },
        { "odd-size.mkv", [.. Ffmpeg.Pattern(size: "161x121"), "-pix_fmt", "yuv444p", "-c:v", "libx264"] },
        { "tiny.avi", [.. Ffmpeg.Pattern(size: "17x16"), "-c:v", "mpeg4"] },
        { "animated.gif", [.. Ffmpeg.Pattern(rate: 10)] },
        { "palette.avi", [.. Ffmpeg.Pattern(2), "-pix_fmt", "pal8", "-c:v", "rawvideo"] },
        { "alpha.mov", [.. Ffmpeg.Pattern(2), "-vf", "format=rgba,colorchannelmixer=aa=0.4", "-c:v", "qtrle"] },
        { "alpha-png.mov", [.. Ffmpeg.Pattern(2), "-vf", "format=rgba,colorchannelmixer=aa=0.4", "-c:v", "png"] },
        { "hidden-frames.webm", [.. Ffmpeg.Pattern(), "-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-b:v", "100k"] },
        { "hidden-frames-vp9.webm", [.. Ffmpeg.Pattern(), "-c:v", "libvpx-vp9", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-b:v", "100k"] },
        { "program-stream.mpg", [.. Ffmpeg.Pattern(), "-c:v", "mpeg2video", "-bf", "2", "-f", "vob"] },
        { "mpeg1.mpg", [.. Ffmpeg.Pattern(), "-c:v", "mpeg1video", "-f", "mpeg"] },
        { "elementary.m2v", [.. Ffmpeg.Pattern(), "-c:v", "mpeg2video", "-f", "mpeg2video"] },
        { "transport.ts", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-f", "mpegts"] },
        { "interlaced.ts", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-flags", "+ildct+ilme", "-f", "mpegts"] },
        { "raw.h264", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-f", "h264"] },
        { "packed.avi", [.. Ffmpeg.Pattern(), "-c:v", "mpeg4", "-bf", "2"] },
        { "motion-jpeg.avi", [.. Ffmpeg.Pattern(), "-c:v", "mjpeg", "-pix_fmt", "yuvj422p"] },
        { "windows.wmv", [.. Ffmpeg.Pattern(), "-c:v", "wmv2"] },
        { "flash.flv", [.. Ffmpeg.Pattern(), "-c:v", "flv1"] },
        { "theora.ogv", [.. Ffmpeg.Pattern(), "-c:v", "libtheora"] },
        { "fragmented.mp4", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"] },
        { "with-sound.mkv", [.. Ffmpeg.Pattern(), "-f", "lavfi", "-i", "sine=duration=4", "-c:v", "libx264", "-c:a", "aac"] },
        { "name is a lie.avi", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-f", "mp4"] },
        { "two-frames.mp4", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-frames:v", "2"] },
        { "five-frames.mp4", [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-frames:v", "5"] },
        { "nineteen-frames.gif", [.. Ffmpeg.Pattern(), "-frames:v", "19"] },
    };

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task Frames_are_those_of_a_full_decode(string name, string[] arguments)
    {
        using var bench = new IngestBench();
        var path = bench.PathOf(name);
        await Ffmpeg.MakeAsync(path, arguments);

        await IngestAndCompareAsync(bench, path);
    }

    [Fact]
    public async Task An_edit_list_takes_frames_away_and_is_no_damage()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("whole.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264", "-g", "100"]);
        await Ffmpeg.MakeAsync(bench.PathOf("edit.mp4"), "-ss", "1.13", "-t", "2", "-i", bench.PathOf("whole.mp4"), "-c", "copy");

        var ingested = await IngestAndCompareAsync(bench, bench.PathOf("edit.mp4"));

        Assert.True(ingested.Facts.DeclaredFrames > ingested.Report.DecodedFrames);
        Assert.Equal(1, ingested.Report.Decodes);
    }

    [Theory]
    [InlineData("90")]
    [InlineData("180")]
    [InlineData("270")]
    public async Task A_rotated_video_comes_upright(string degrees)
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("lying.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        await Ffmpeg.MakeAsync(bench.PathOf("rotated.mp4"), "-i", bench.PathOf("lying.mp4"), "-c", "copy", "-metadata:s:v", "rotate=" + degrees);

        var ingested = await IngestAndCompareAsync(bench, bench.PathOf("rotated.mp4"));

        var lying = await bench.IngestAsync(bench.PathOf("lying.mp4"), width: 99, height: 77);
        Assert.NotEqual(await File.ReadAllBytesAsync(lying.Clips[0].Path, Cancellation), await File.ReadAllBytesAsync(ingested.Clips[0].Path, Cancellation));
    }

    [Fact]
    public async Task Frames_that_change_size_midway_keep_their_numbers()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("small.ts"), [.. Ffmpeg.Pattern(), "-c:v", "mpeg2video", "-f", "mpegts"]);
        await Ffmpeg.MakeAsync(bench.PathOf("large.ts"), [.. Ffmpeg.Pattern(size: "320x240"), "-c:v", "mpeg2video", "-f", "mpegts"]);
        var path = bench.PathOf("changing.ts");
        await File.WriteAllBytesAsync(
            path,
            [.. await File.ReadAllBytesAsync(bench.PathOf("small.ts"), Cancellation), .. await File.ReadAllBytesAsync(bench.PathOf("large.ts"), Cancellation)],
            Cancellation);

        await IngestAndCompareAsync(bench, path);
    }

    [Fact]
    public async Task A_cover_picture_before_the_video_is_not_taken_for_it()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("cover.jpg"), [.. Ffmpeg.Pattern(1, "64x64"), "-frames:v", "1"]);
        var path = bench.PathOf("with-cover.mp4");
        await Ffmpeg.MakeAsync(
            path, ["-i", bench.PathOf("cover.jpg"), .. Ffmpeg.Pattern(), "-map", "0", "-map", "1", "-c:v:0", "copy", "-c:v:1", "libx264", "-disposition:v:0", "attached_pic"]);

        var ingested = await IngestAndCompareAsync(bench, path);

        Assert.Equal("h264", ingested.Facts.Codec);
    }

    [Theory]
    [InlineData("with spaces and 'quotes' \"both\".mp4")]
    [InlineData("new\nline.mp4")]
    [InlineData("colon:and%d,comma;[brackets].mp4")]
    [InlineData("-y -leading dash.mp4")]
    [InlineData("легкие 肺 🫁.mp4")]
    [InlineData("concat:other|file.mp4")]
    public async Task Names_do_not_matter(string name)
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("plain.mp4"), [.. Ffmpeg.Pattern(1), "-c:v", "libx264"]);
        File.Move(bench.PathOf("plain.mp4"), bench.PathOf(name));

        var ingested = await bench.IngestAsync(bench.PathOf(name));

        Assert.Equal(25, ingested.Report.DecodedFrames);
    }

    [Fact]
    public async Task A_name_may_have_255_bytes()
    {
        using var bench = new IngestBench();
        var path = bench.PathOf(new string('x', 251) + ".mp4");
        await Ffmpeg.MakeAsync(path, [.. Ffmpeg.Pattern(1), "-c:v", "libx264"]);

        Assert.Equal(25, (await bench.IngestAsync(path)).Report.DecodedFrames);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<Ingested> IngestAndCompareAsync(IngestBench bench, string path)
    {
        var plan = ClipPlan.Whole(20);
        var ingested = await bench.IngestAsync(path, plan, 99, 77);
        TestContext.Current.SendDiagnosticMessage($"{Path.GetFileName(path)}: {ingested.Facts}, {ingested.Report.Decodes} decodes");
        Assert.Equal(await bench.ProbeAsync(path), ingested.Facts);
        await ClipContent.AssertEqualsFullDecodeAsync(ingested, plan, path, 99, 77);
        Assert.Empty(ingested.Report.Warnings);
        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
        Assert.Empty(Directory.EnumerateFiles(bench.Scratch));
        return ingested;
    }
}
