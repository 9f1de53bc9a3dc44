using System.Globalization;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>The default model on real videos. The frames of all of them are counted by <see cref="Ingest.RealVideoTests"/>.</summary>
public sealed class RealVideoRunTests
{
    [Fact]
    public async Task Every_third_video_is_done_with_the_right_frame_count_and_is_known_again()
    {
        var videos = SharedData.Require("data", "lus", "videos");
        var table = SharedData.Require("data", "lus", "videos.csv");
        var rows = (await File.ReadAllLinesAsync(table, TestContext.Current.CancellationToken)).Skip(1).Where((_, row) => row % 3 == 0).Select(line => line.Split(',')).ToList();
        string[] paths = [.. rows.Select(cells => Path.Combine(videos, cells[0]))];
        using var folder = new TemporaryFolder();

        var run = await LusProcess.RunAsync(["run", .. paths, "--home", folder["home"], "--json", "--fast", "--labels", table], patience: TimeSpan.FromMinutes(15));
        var again = await LusProcess.RunAsync(["run", .. paths, "--home", folder["home"], "--json", "--fast"]);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(31, rows.Count);
        Assert.Equal(
            rows.Select(cells => (cells[0], int.Parse(cells[8], CultureInfo.InvariantCulture))).Order(),
            run.Videos.Select(video => (video.GetProperty("video").GetString()!, video.GetProperty("frames").GetInt32())).Order());
        Assert.All(run.Videos, video => Assert.Equal(1, video.GetProperty("probabilities").EnumerateObject().Sum(entry => entry.Value.GetDouble()), 5));
        // The shipped head has seen these videos: this says that the pipeline feeds it rightly, and nothing about new patients.
        Assert.True(run.Summary.GetProperty("labels").GetProperty("accuracy").GetDouble() > 0.95);
        Assert.Equal(31, again.Summary.GetProperty("cached").GetInt32());
        Assert.Equal(run.Results, again.Results);
    }

    [Fact]
    public async Task Twice_in_a_row_is_equal_to_the_last_bit()
    {
        string[] videos = ["Cov-Atlas-Day+2.gif", "Pneu_Avi_Video_003.mp4", "Reg_pat1Image_132943.mpeg", "Reg_northumbria_1009_vid1.avi"];
        using var folder = new TemporaryFolder();
        string[] paths = [.. videos.Select(video => SharedData.Require("data", "lus", "videos", video))];

        var one = await LusProcess.RunAsync(["run", .. paths, "--home", folder["one"], "--json"]);
        var two = await LusProcess.RunAsync(["run", .. paths, "--home", folder["two"], "--json", "--threads", "1"]);

        Assert.Equal(4, one.Videos.Count);
        Assert.Equal(one.Results, two.Results);
    }
}
