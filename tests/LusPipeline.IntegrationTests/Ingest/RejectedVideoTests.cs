using System.Runtime.InteropServices;
using System.Text;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>Hostile and broken input: rejected with its reason, or done with a warning.</summary>
public class RejectedVideoTests
{
    public static TheoryData<string, string, string> Texts => new()
    {
        { "empty.mp4", "", ReasonCode.Empty },
        { "notes.mp4", "not a video at all\n", ReasonCode.NotAVideo },
        { "live.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://192.0.2.1/1.ts\n", ReasonCode.Playlist },
        { "list.mp4", "ffconcat version 1.0\nfile '/etc/passwd'\n", ReasonCode.Playlist },
        { "list-without-head.mp4", "# comment\nfile 'other.mp4'\n", ReasonCode.Playlist },
        { "dash.mp4", "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>", ReasonCode.Playlist },
        { "picture.mp4", "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"/etc/passwd\"/></svg>", ReasonCode.NotAVideo },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_is_never_opened_as_a_video(string name, string content, string reason)
    {
        using var bench = new IngestBench();
        await File.WriteAllTextAsync(bench.PathOf(name), content, Cancellation);

        Assert.Equal(reason, await ReasonAsync(bench, name));
    }

    [Fact]
    public async Task Dicom_that_is_none_says_so()
    {
        using var bench = new IngestBench();
        await File.WriteAllBytesAsync(bench.PathOf("scan.mp4"), [.. new byte[128], .. "DICM"u8, .. new byte[500]], Cancellation);

        Assert.Equal(ReasonCode.Undecodable, await ReasonAsync(bench, "scan.mp4"));
    }

    [Fact]
    public async Task Noise_with_a_name_is_no_video()
    {
        using var bench = new IngestBench();
        var noise = new byte[50_000];
        new Random(1).NextBytes(noise);
        await File.WriteAllBytesAsync(bench.PathOf("noise.avi"), noise, Cancellation);

        Assert.Equal(ReasonCode.NotAVideo, await ReasonAsync(bench, "noise.avi"));
    }

    [Fact]
    public async Task A_header_alone_is_truncated()
    {
        using var bench = new IngestBench();
        await File.WriteAllBytesAsync(bench.PathOf("head.mkv"), [0x1A, 0x45, 0xDF, 0xA3, 0xFF, 0xFF, 0x00], Cancellation);

        Assert.Equal(ReasonCode.Truncated, await ReasonAsync(bench, "head.mkv"));
    }

    /// <summary>ffmpeg opens a decoder for each stream: a hundred of them took gigabytes, in a file of a few megabytes.</summary>
    [Fact]
    public async Task More_streams_than_any_scanner_writes_are_not_opened()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("one.mkv"), [.. Ffmpeg.Pattern(1), "-c:v", "libx264"]);
        await Ffmpeg.MakeAsync(
            bench.PathOf("many.mkv"), ["-i", bench.PathOf("one.mkv"), .. Enumerable.Repeat<string[]>(["-map", "0:v"], 40).SelectMany(map => map), "-c", "copy"]);

        Assert.Equal(ReasonCode.Truncated, await ReasonAsync(bench, "many.mkv"));
    }

    [Fact]
    public async Task A_codec_that_no_scanner_writes_is_not_decoded()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("rare.mkv"), [.. Ffmpeg.Pattern(1), "-c:v", "snow", "-strict", "-2"]);

        Assert.Equal(ReasonCode.Undecodable, await ReasonAsync(bench, "rare.mkv"));
    }

    /// <summary>Nobody wants the sound, but ffprobe would decode some of it.</summary>
    [Fact]
    public async Task A_sound_track_that_no_scanner_writes_is_not_decoded()
    {
        // ffmpeg itself runs only if it is told to open no sound at all.
        using var bench = new IngestBench(ffmpeg: "case \"$*\" in *'-codec_whitelist:a none -codec_whitelist:s none'*) exec ffmpeg \"$@\";; esac; exit 1");
        string[] sound = [.. Ffmpeg.Pattern(1), "-f", "lavfi", "-i", "sine=duration=1", "-c:v", "libx264"];
        await Ffmpeg.MakeAsync(bench.PathOf("rare.mkv"), [.. sound, "-c:a", "tta"]);
        await Ffmpeg.MakeAsync(bench.PathOf("usual.mkv"), [.. sound, "-c:a", "aac"]);

        Assert.Equal(ReasonCode.Undecodable, await ReasonAsync(bench, "rare.mkv"));
        Assert.Equal(25, (await bench.IngestAsync(bench.PathOf("usual.mkv"))).Report.DecodedFrames);
    }

    public static TheoryData<string, string[], string> Videos => new()
    {
        { "one.gif", [.. Ffmpeg.Pattern(), "-frames:v", "1"], ReasonCode.TooFewFrames },
        { "one.mp4", [.. Ffmpeg.Pattern(), "-frames:v", "1", "-c:v", "libx264"], ReasonCode.TooFewFrames },
        { "sound.mp4", ["-f", "lavfi", "-i", "sine=duration=1"], ReasonCode.NoVideoStream },
        { "sound.avi", ["-f", "lavfi", "-i", "sine=duration=1"], ReasonCode.NoVideoStream },
        { "large.avi", [.. Ffmpeg.Pattern(0.08, "8000x8000"), "-c:v", "mpeg4", "-q:v", "31"], ReasonCode.TooLargeFrame },
        { "large.m2v", [.. Ffmpeg.Pattern(0.08, "8000x2500"), "-c:v", "mpeg2video", "-q:v", "31"], ReasonCode.TooLargeFrame },
    };

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task What_no_clip_can_come_from_is_rejected(string name, string[] arguments, string reason)
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf(name), arguments);

        Assert.Equal(reason, await ReasonAsync(bench, name));
    }

    [Fact]
    public async Task A_cover_picture_makes_no_video()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("cover.jpg"), [.. Ffmpeg.Pattern(1, "64x64"), "-frames:v", "1"]);
        await Ffmpeg.MakeAsync(
            bench.PathOf("song.mp4"), "-f", "lavfi", "-i", "sine=duration=1", "-i", bench.PathOf("cover.jpg"), "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic");

        Assert.Equal(ReasonCode.NoVideoStream, await ReasonAsync(bench, "song.mp4"));
    }

    [Theory]
    [InlineData(0, ReasonCode.Undecodable)]
    [InlineData(16385, ReasonCode.TooLargeFrame)]
    public async Task Sizes_that_headers_invent_are_rejected(int side, string reason)
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("a.gif"), [.. Ffmpeg.Pattern()]);
        await Ffmpeg.MakeAsync(bench.PathOf("a.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        await Ffmpeg.MakeAsync(bench.PathOf("a.avi"), [.. Ffmpeg.Pattern(), "-c:v", "mpeg4"]);
        await PatchAsync(bench.PathOf("a.gif"), 6, [(byte)side, (byte)(side >> 8), (byte)side, (byte)(side >> 8)]);
        byte[] big = [(byte)(side >> 8), (byte)side, (byte)(side >> 8), (byte)side];
        await PatchAsync(bench.PathOf("a.mp4"), await IndexAsync(bench.PathOf("a.mp4"), "avc1"u8.ToArray(), last: true) + 28, big);
        byte[] little = [(byte)side, (byte)(side >> 8), 0, 0];
        await PatchAsync(bench.PathOf("a.avi"), await IndexAsync(bench.PathOf("a.avi"), "strf"u8.ToArray()) + 12, [.. little, .. little]);

        Assert.Equal(reason, await ReasonAsync(bench, "a.gif"));
        Assert.Equal(reason, await ReasonAsync(bench, "a.mp4"));
        Assert.Equal(reason, await ReasonAsync(bench, "a.avi"));
    }

    [Fact]
    public async Task More_frames_than_the_limit_are_too_many_and_exactly_the_limit_is_not()
    {
        using var strict = new IngestBench(limits: new VideoLimits { MaxFrames = 99 });
        using var exact = new IngestBench(limits: new VideoLimits { MaxFrames = 100 });
        await Ffmpeg.MakeAsync(strict.PathOf("hundred.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        await Ffmpeg.MakeAsync(strict.PathOf("thousand.gif"), [.. Ffmpeg.Pattern(40, "32x32")]);

        Assert.Equal(ReasonCode.TooManyFrames, await ReasonAsync(strict, "hundred.mp4"));
        Assert.Equal(ReasonCode.TooManyFrames, await ReasonAsync(strict, "thousand.gif"));
        Assert.Equal(100, (await exact.IngestAsync(strict.PathOf("hundred.mp4"))).Report.DecodedFrames);
    }

    [Fact]
    public async Task An_mp4_whose_index_is_cut_off_is_truncated()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("whole.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        await CutAsync(bench, "whole.mp4", 0.6);

        Assert.Equal(ReasonCode.Truncated, await ReasonAsync(bench, "cut-whole.mp4"));
    }

    [Theory]
    [InlineData("a.mp4", 0.6)]
    [InlineData("a.avi", 0.6)]
    public async Task Too_little_of_a_declared_count_is_truncated(string name, double share)
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf(name), [.. Ffmpeg.Pattern(), "-c:v", "mpeg4", .. name.EndsWith("mp4", StringComparison.Ordinal) ? ["-movflags", "+faststart"] : Array.Empty<string>()]);
        await CutAsync(bench, name, share);

        Assert.Equal(ReasonCode.Truncated, await ReasonAsync(bench, "cut-" + name));
    }

    [Theory]
    [InlineData("a.mp4", 0.93)]
    [InlineData("a.avi", 0.93)]
    [InlineData("a.gif", 0.6)]
    [InlineData("a.mpg", 0.6)]
    [InlineData("a.mkv", 0.6)]
    public async Task What_is_cut_and_still_worth_it_is_done_with_a_warning(string name, double share)
    {
        using var bench = new IngestBench();
        string[] codec = Path.GetExtension(name) switch
        {
            ".gif" => [],
            ".mpg" => ["-c:v", "mpeg2video", "-f", "vob"],
            _ => ["-c:v", "mpeg4"],
        };
        await Ffmpeg.MakeAsync(bench.PathOf(name), [.. Ffmpeg.Pattern(), .. codec, .. name.EndsWith("mp4", StringComparison.Ordinal) ? ["-movflags", "+faststart"] : Array.Empty<string>()]);
        await CutAsync(bench, name, share);

        var whole = await bench.IngestAsync(bench.PathOf(name));
        var cut = await bench.IngestAsync(bench.PathOf("cut-" + name));

        Assert.Empty(whole.Report.Warnings);
        Assert.Equal([CutWarning.Truncated], cut.Report.Warnings);
        Assert.InRange(cut.Report.DecodedFrames, 55, 99);
    }

    [Fact]
    public async Task Nothing_that_decodes_is_undecodable()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("a.mkv"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        var path = bench.PathOf("a.mkv");
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        var parameters = bytes.AsSpan().IndexOf(new byte[] { 0x67, 0xF4 });
        Assert.True(parameters > 0);
        new Random(2).NextBytes(bytes.AsSpan(parameters, bytes.Length - parameters - 2000));
        await File.WriteAllBytesAsync(path, bytes, Cancellation);

        Assert.Contains(await ReasonAsync(bench, "a.mkv"), new[] { ReasonCode.Undecodable, ReasonCode.Truncated });
    }

    [Fact]
    public async Task Data_in_another_file_is_refused()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("a.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        var path = bench.PathOf("a.mp4");
        await PatchAsync(path, await IndexAsync(path, "url "u8.ToArray()) + 7, [0]);

        Assert.Equal(ReasonCode.ExternalReference, await ReasonAsync(bench, "a.mp4"));
    }

    [Fact]
    public async Task A_file_that_goes_away_has_vanished()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("a.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        var path = bench.PathOf("a.mp4");
        var sniffed = Assert.IsType<SniffResult.Video>(VideoSniffer.Sniff(path, "a.mp4"));
        using var source = VideoSource.Open(Guid.NewGuid(), path, bench.Scratch);
        var facts = await bench.Probe.ProbeAsync(source, sniffed, Cancellation);
        File.Delete(path);

        var atCut = await Assert.ThrowsAsync<RejectedException>(() => bench.Cutter.CutAsync(
            new CutRequest(source, Core.Clips.ClipPlan.Whole(20), 99, 77, bench.Clips, index => $"{index}.npy"), facts, null, _ => Task.FromResult(false), Cancellation));
        var atProbe = await Assert.ThrowsAsync<RejectedException>(() => bench.Probe.ProbeAsync(source, sniffed, Cancellation));
        var atSniff = Assert.Throws<RejectedException>(() => VideoSniffer.Sniff(path, "a.mp4"));

        Assert.All([atCut, atProbe, atSniff], exception => Assert.Equal(ReasonCode.Vanished, exception.Reason));
        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
        Assert.Empty(Directory.EnumerateFiles(bench.Clips));
    }

    [Fact]
    public async Task A_file_that_is_written_to_meanwhile_counts_as_vanished()
    {
        using var bench = new IngestBench();
        await Ffmpeg.MakeAsync(bench.PathOf("a.avi"), [.. Ffmpeg.Pattern(), "-c:v", "mpeg4"]);
        var path = bench.PathOf("a.avi");
        var sniffed = Assert.IsType<SniffResult.Video>(VideoSniffer.Sniff(path, "a.avi"));
        using var source = VideoSource.Open(Guid.NewGuid(), path, bench.Scratch);
        var facts = await bench.Probe.ProbeAsync(source, sniffed, Cancellation);
        await File.AppendAllTextAsync(path, "more", Cancellation);

        var exception = await Assert.ThrowsAsync<RejectedException>(() => bench.Cutter.CutAsync(
            new CutRequest(source, Core.Clips.ClipPlan.Whole(20), 99, 77, bench.Clips, index => $"{index}.npy"), facts, null, _ => Task.FromResult(false), Cancellation));

        Assert.Equal(ReasonCode.Vanished, exception.Reason);
    }

    [Fact]
    public async Task A_file_without_permission_is_unreadable()
    {
        using var bench = new IngestBench();
        var path = bench.PathOf("a.mp4");
        await Ffmpeg.MakeAsync(path, [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.None);

        var exception = Assert.Throws<RejectedException>(() => WithoutRoot(() => VideoSniffer.Sniff(path, "a.mp4")));

        Assert.Equal(ReasonCode.Unreadable, exception.Reason);
    }

    [Fact]
    public async Task A_pipe_is_never_opened()
    {
        using var bench = new IngestBench();
        Assert.Equal(0, MakePipe(bench.PathOf("pipe.mp4"), 0x1B6));

        Assert.Equal(ReasonCode.Empty, await ReasonAsync(bench, "pipe.mp4"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<string> ReasonAsync(IngestBench bench, string name)
    {
        var exception = await Assert.ThrowsAsync<RejectedException>(() => bench.IngestAsync(bench.PathOf(name)));
        TestContext.Current.SendDiagnosticMessage($"{name}: {exception.Reason}: {exception.Message}");
        Assert.DoesNotContain(bench.Folder, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(name, exception.Message, StringComparison.Ordinal);
        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
        Assert.Empty(Directory.EnumerateFiles(bench.Clips));
        Assert.Empty(Directory.EnumerateFiles(bench.Scratch));
        return exception.Reason;
    }

    private static async Task CutAsync(IngestBench bench, string name, double share)
    {
        var bytes = await File.ReadAllBytesAsync(bench.PathOf(name), Cancellation);
        await File.WriteAllBytesAsync(bench.PathOf("cut-" + name), bytes[..(int)(bytes.Length * share)], Cancellation);
    }

    private static async Task<long> IndexAsync(string path, byte[] mark, bool last = false)
    {
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        var index = last ? bytes.AsSpan().LastIndexOf(mark) : bytes.AsSpan().IndexOf(mark);
        Assert.True(index > 0, $"No {Encoding.ASCII.GetString(mark)} in the file.");
        return index;
    }

    private static async Task PatchAsync(string path, long offset, byte[] bytes)
    {
        await using var file = File.OpenWrite(path);
        file.Position = offset;
        await file.WriteAsync(bytes, Cancellation);
    }

    /// <summary>Linux keeps the user of file accesses for each thread: root's power over permissions goes with it.</summary>
    private static void WithoutRoot(Action action)
    {
        var before = SetFileUser(65534);
        try
        {
            action();
        }
        finally
        {
            _ = SetFileUser(before);
        }
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetFileUser(int user);

    [DllImport("libc", EntryPoint = "mkfifo")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakePipe([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);
}
