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
            if (ingested.Report.DecodedFrames.ToString() != row[8] || ingested.Report.Warnings.Count > 0)
                wrong.Add($"{row[0]}: {ingested.Report.DecodedFrames} of {row[8]} frames, warnings: {string.Join(' ', ingested.Report.Warnings)}");
            File.Delete(Assert.Single(ingested.Clips).Path);
        }
        Assert.Empty(wrong);
        Assert.Equal(92, decodes);
        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Scratch));
    }
}
