using System.Globalization;
using LusPipeline.Core.Clips;

namespace LusPipeline.IntegrationTests.Ingest;

public class RealVideoTests
{
    [Fact]
    public async Task Every_real_video_gives_the_recorded_number_of_frames_with_one_decode()
    {
        var table = SharedData.Require("data", "lus", "videos.csv");
        var videos = SharedData.Require("data", "lus", "videos");
        using var bench = new IngestBench();

        var wrong = new List<string>();
        var decodes = 0;
        foreach (var row in File.ReadLines(table).Skip(1).Select(line => line.Split(',')))
        {
            var ingested = await bench.IngestAsync(Path.Combine(videos, row[0]));
            decodes += ingested.Report.Decodes;
            if (await bench.ProbeAsync(Path.Combine(videos, row[0])) is var facts && facts != ingested.Facts)
                wrong.Add($"{row[0]}: {ingested.Facts}, by ffprobe {facts}");
            if (ingested.Report.DecodedFrames.ToString(CultureInfo.InvariantCulture) != row[8] || ingested.Report.Warnings.Count > 0)
                wrong.Add($"{row[0]}: {ingested.Report.DecodedFrames} of {row[8]} frames, warnings: {string.Join(' ', ingested.Report.Warnings)}");
            File.Delete(Assert.Single(ingested.Clips).Path);
        }

        Assert.Empty(wrong);
        Assert.Equal(92, decodes);
        Assert.Equal([("decode", 92), ("probe", 92)], bench.Steps.CountBy(step => step).OrderBy(step => step.Key).Select(step => (step.Key, step.Value)));
        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Scratch));
    }

    /// <summary>Every sixth video; all of them where <c>LUS_ALL_VIDEOS</c> is set. <c>DicomLoopTests</c> has odd widths.</summary>
    [Fact]
    public async Task The_first_frames_of_real_videos_give_the_same_clip_as_DICOM_loops()
    {
        var videos = SharedData.Require("data", "lus", "videos");
        var step = Environment.GetEnvironmentVariable("LUS_ALL_VIDEOS") is { Length: > 0 } ? 1 : 6;

        var unlike = new List<string>();
        foreach (var path in Directory.EnumerateFiles(videos).Order(StringComparer.Ordinal).Where((_, index) => index % step == 0))
        {
            using var bench = new IngestBench();
            var facts = await bench.ProbeAsync(path);
            await Ffmpeg.MakeAsync(bench.PathOf("pixels"), "-i", "file:" + path, "-map", "0:V:0", "-fps_mode", "passthrough", "-frames:v", "20", "-f", "rawvideo", "-pix_fmt", "rgb24");
            var (video, loop) = await bench.IngestBothWaysAsync(bench.PathOf("pixels"), facts.Width, facts.Height, side: 299);
            if (video != loop)
                unlike.Add(Path.GetFileName(path));
        }

        Assert.Empty(unlike);
    }

    [Theory]
    [InlineData("Cov-Atlas-Day+1.gif")]
    [InlineData("Cov_denault_proposedUS_vid13.mov")]
    [InlineData("Pneu_northumbria_0409_set1_vid1.avi")]
    [InlineData("Pneu_northumbria_0409_set6_vid4.avi")]
    [InlineData("Reg_pat1Image_132943.mpeg")]
    [InlineData("Reg-NormalLungs.mp4")]
    public async Task Frames_are_those_of_a_full_decode(string name)
    {
        var path = SharedData.Require("data", "lus", "videos", name);
        using var bench = new IngestBench();
        foreach (var plan in new[] { ClipPlan.Whole(20), ClipPlan.Windows(20, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)) })
            await ClipContent.AssertEqualsFullDecodeAsync(await bench.IngestAsync(path, plan, 64, 64), plan, path, 64, 64);
    }
}
