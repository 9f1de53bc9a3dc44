using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Pixels;
using LusPipeline.Media;
using LusPipeline.Media.Cutting;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>DICOM loops of other makers' tools, read to clips of their own size: no frame is scaled.</summary>
public sealed class DicomLoopTests
{
    /// <summary>What dcmtk and gdcm write that ffmpeg decodes, and of the rest a loop of each way in.</summary>
    public static TheoryData<string> Written => [.. DicomFixtures.IsRefused[false].Where(name => IsDecodedByFfmpeg(name) || name is "rgb.jpegls-samples" or "grey-16.lossless" or "grey-12.extended")];

    [Theory]
    [MemberData(nameof(Written))]
    public async Task Whatever_dcmtk_and_gdcm_write_comes_out_as_they_decode_it(string name)
    {
        // gdcm says RGB of what it writes as YBR with a quarter of the colours, and shows its own pictures in wrong colours.
        var isMisnamed = name is "rgb.baseline-gdcm" or "rgb-planes.baseline-gdcm";
        var (expected, frames) = (DicomFixtures.Expected(isMisnamed ? "rgb" : name), await FramesAsync(name));
        if (isMisnamed)
            Assert.InRange(Brightness(expected).Zip(Brightness(frames), (one, other) => Math.Abs(one - other)).Average(), 0, 2);
        else if (DicomFixtures.HasColourDifferences(name))
            Assert.InRange(Difference(Brightness(expected), Brightness(frames)), 0, 3);
        else
            Assert.InRange(Difference(expected, frames), 0, DicomFixtures.Tolerance(name));
    }

    /// <summary>ffmpeg gives samples of 12 bits as the upper ones of 16.</summary>
    [Theory]
    [InlineData("j2k-12", 1)]
    [InlineData("img2dcm", 2)]
    public async Task Loops_of_other_encoders_come_out_as_dcmtk_and_gdcm_decode_them(string name, int most) =>
        Assert.InRange(Difference(DicomFixtures.Expected(name), await FramesAsync(name)), 0, most);

    /// <summary>ffmpeg's scaler looks at pairs of pixels: behind a line of an odd width it must not see the next line.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(605)]
    public async Task A_raw_frame_is_scaled_as_one_that_ffmpeg_decoded(int width)
    {
        const int Height = 32;
        var pixels = new byte[width * Height * 3 * DicomFixtures.Frames];
        new Random(4711).NextBytes(pixels);
        using var bench = new IngestBench();
        await File.WriteAllBytesAsync(bench.PathOf("pixels"), pixels, TestContext.Current.CancellationToken);

        var (video, loop) = await bench.IngestBothWaysAsync(bench.PathOf("pixels"), width, Height, side: 29);

        Assert.Equal(video, loop);
    }

    [Theory]
    [InlineData("rgb")]
    [InlineData("rgb-planes")]
    [InlineData("grey")]
    [InlineData("deflated")]
    [InlineData("rle")]
    [InlineData("lossless-rgb")]
    [InlineData("lossless-grey")]
    [InlineData("lossless-gdcm")]
    [InlineData("lossless-fragments")]
    [InlineData("lossless-fragments-no-table")]
    [InlineData("jpegls-rgb")]
    [InlineData("jpegls-planes")]
    [InlineData("jpegls-samples")]
    [InlineData("jpegls-gdcm")]
    [InlineData("jpegls-near")]
    [InlineData("j2k-rgb")]
    [InlineData("j2k-grey")]
    public async Task What_is_coded_without_loss_comes_out_as_dcmtk_decodes_it(string name) =>
        Assert.Equal(DicomFixtures.Expected(name), await FramesAsync(name));

    [Theory]
    [InlineData("jpeg-rgb")]
    [InlineData("jpeg-grey")]
    [InlineData("jpeg-extended")]
    [InlineData("j2k-lossy")]
    public async Task Two_decoders_of_a_lossy_coding_differ_by_two_levels_at_most(string name) =>
        Assert.InRange(Difference(DicomFixtures.Expected(name), await FramesAsync(name)), 0, 2);

    /// <summary>A level of a colour difference is up to two of blue. dcmtk repeats the colour of a pair of pixels, ffmpeg interpolates.</summary>
    [Theory]
    [InlineData("jpeg-444")]
    [InlineData("jpeg-422")]
    public async Task Two_decoders_of_colour_differences_agree_on_brightness(string name) =>
        Assert.InRange(Difference(Brightness(DicomFixtures.Expected(name)), Brightness(await FramesAsync(name))), 0, 2);

    [Theory]
    [InlineData("video-mpeg2")]
    [InlineData("video-mpeg2-bare")]
    [InlineData("video-h264")]
    [InlineData("video-h264-bare")]
    [InlineData("video-h264-mp4")]
    [InlineData("video-hevc")]
    public async Task Video_streams_are_unpacked_and_leave_nothing_behind(string name)
    {
        using var bench = new IngestBench();
        var path = bench.PathOf(name);
        await File.WriteAllBytesAsync(path, DicomFixtures.Loop(name), TestContext.Current.CancellationToken);

        var ingested = await bench.IngestAsync(path);

        Assert.Equal(DicomFixtures.Frames, ingested.Report.DecodedFrames);
        Assert.Equal(TimeSpan.FromMilliseconds(120), ingested.Facts.Duration);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Scratch));
    }

    [Theory]
    [InlineData("single", ReasonCode.TooFewFrames)]
    [InlineData("mmode", ReasonCode.NoTissueRegion)]
    [InlineData("colour-flow", ReasonCode.NoTissueRegion)]
    [InlineData("video-contradicts", ReasonCode.Undecodable)]
    public async Task What_is_not_read_is_rejected_with_a_reason(string name, string reason)
    {
        var rejected = await Assert.ThrowsAsync<RejectedException>(() => FramesAsync(name));

        Assert.Equal(reason, rejected.Reason);
    }

    [Fact]
    public async Task The_model_sees_the_tissue_region_alone()
    {
        var cropped = await FramesAsync("crop", width: 26, height: 24);
        var whole = await FramesAsync("crop", region: LoopRegion.All);

        Assert.Equal(DicomFixtures.Expected("crop"), whole);
        var expected = Enumerable.Range(0, DicomFixtures.Frames).SelectMany(frame => Enumerable.Range(4, 24).SelectMany(row =>
            whole.AsSpan(((((frame * DicomFixtures.Height) + row) * DicomFixtures.Width) + 8) * 3, 26 * 3).ToArray()));
        Assert.Equal([.. expected], cropped);
    }

    [Theory]
    [InlineData("mmode")]
    [InlineData("colour-flow")]
    public async Task Whole_frames_are_taken_if_the_setting_says_so(string name) =>
        Assert.Equal(DicomFixtures.Expected(name), await FramesAsync(name, region: LoopRegion.All));

    [Fact]
    public async Task A_loop_that_ends_early_gives_its_whole_frames_with_a_warning_or_is_truncated()
    {
        const int Frame = DicomFixtures.Width * DicomFixtures.Height * 3;
        var file = DicomFixtures.Loop("rgb");

        var rejected = await Assert.ThrowsAsync<RejectedException>(() => ReadAsync(file[..^(Frame + 10)], 40, 32, LoopRegion.Tissue));
        Assert.Equal(ReasonCode.Truncated, rejected.Reason);
    }

    /// <summary>Whoever decodes it: a video is done with a warning if four fifths of its frames are there.</summary>
    [Theory]
    [InlineData("rgb.lossless", "RGB")]
    [InlineData("rgb.jpegls", "RGB")]
    [InlineData("rgb.rle", "RGB")]
    [InlineData("rgb.baseline-444", "YBR_FULL")]
    public async Task A_damaged_frame_in_five_is_left_out_with_a_warning(string name, string photometric)
    {
        var whole = await CodedAsync(name, photometric, damaged: []);
        var reports = await Task.WhenAll(new[] { whole, await CodedAsync(name, photometric, damaged: [2]) }.Select(file => IngestAsync(file)));

        Assert.Equal((5, 4), (reports[0].DecodedFrames, reports[1].DecodedFrames));
        Assert.Empty(reports[0].Warnings);
        Assert.Equal([CutWarning.Truncated], reports[1].Warnings);
    }

    [Theory]
    [InlineData("rgb.lossless", "RGB", ReasonCode.Undecodable)]
    [InlineData("rgb.jpegls", "RGB", ReasonCode.Undecodable)]
    [InlineData("rgb.rle", "RGB", ReasonCode.Undecodable)]
    [InlineData("rgb.baseline-444", "YBR_FULL", ReasonCode.Truncated)]
    public async Task Two_damaged_frames_in_five_reject_the_loop(string name, string photometric, string reason)
    {
        var file = await CodedAsync(name, photometric, damaged: [1, 3]);

        Assert.Equal(reason, (await Assert.ThrowsAsync<RejectedException>(() => IngestAsync(file))).Reason);
    }

    /// <summary>Five frames of a loop, some of which have senseless Huffman tables, or end in front of their pixels.</summary>
    private static async Task<byte[]> CodedAsync(string name, string photometric, int[] damaged)
    {
        using var file = new MemoryStream(DicomFixtures.Loop(name));
        var loop = DicomLoop.Open(file, mostFrames: 100, mostPixels: 10_000);
        file.Position = 0;
        using var frames = new MemoryStream();
        var starts = new List<int>();
        await loop.WriteCodedFramesAsync(file, frames, (_, _, _) =>
        {
            starts.Add((int)frames.Length);
            return ValueTask.FromResult(0);
        }, TestContext.Current.CancellationToken);
        starts.Add((int)frames.Length);
        return DicomWriter.Coded(loop.Header.Syntax.Uid, photometric, 5, DicomFixtures.Width, DicomFixtures.Height, instance: 0, Enumerable.Range(0, 5).Select(frame =>
        {
            var code = frames.ToArray()[starts[frame % DicomFixtures.Frames]..starts[(frame % DicomFixtures.Frames) + 1]];
            if (!damaged.Contains(frame))
                return code;
            var tables = code.AsSpan().IndexOf([(byte)0xFF, (byte)0xC4]);
            if (tables < 0)
                return code[..(DicomFixtures.Width * 2)];
            code.AsSpan(tables + 5, 16).Fill(0xFF);
            return code;
        }));
    }

    private static async Task<CutReport> IngestAsync(byte[] file)
    {
        using var bench = new IngestBench();
        var path = bench.PathOf("loop");
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        return (await bench.IngestAsync(path)).Report;
    }

    private static bool IsDecodedByFfmpeg(string name)
    {
        using var file = new MemoryStream(DicomFixtures.Loop(name));
        return !DicomLoop.Open(file, mostFrames: 100, mostPixels: 10_000).IsDecodedHere;
    }

    private static async Task<byte[]> FramesAsync(
        string name, int width = DicomFixtures.Width, int height = DicomFixtures.Height, LoopRegion region = LoopRegion.Tissue) =>
        await ReadAsync(DicomFixtures.Loop(name), width, height, region);

    private static async Task<byte[]> ReadAsync(byte[] file, int width, int height, LoopRegion region)
    {
        using var bench = new IngestBench();
        var path = bench.PathOf("loop");
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        var ingested = await bench.IngestAsync(path, ClipPlan.Whole(DicomFixtures.Frames), width, height, region: region);
        Assert.Equal(1, ingested.Report.Decodes);
        await using var clip = File.OpenRead(Assert.Single(ingested.Clips).Path);
        _ = NpyHeader.Read(clip, "clip");
        using var frames = new MemoryStream();
        await clip.CopyToAsync(frames, TestContext.Current.CancellationToken);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Scratch));
        return frames.ToArray();
    }

    private static byte[] Brightness(byte[] rgb) =>
        [.. rgb.Chunk(3).Select(pixel => (byte)Math.Round((0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2])))];

    private static int Difference(byte[] left, byte[] right)
    {
        Assert.Equal(left.Length, right.Length);
        return left.Zip(right, (one, other) => Math.Abs(one - other)).Max();
    }
}
