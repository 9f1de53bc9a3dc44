using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Models;

public sealed class ModelsCompareTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bundle_agrees_with_itself()
    {
        var result = await LusProcess.RunAsync(["models", "compare", fixture.Model, fixture.Model, fixture.Videos, "--json"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(6, result.Videos.Count);
        Assert.All(result.Videos, video =>
        {
            Assert.True(video.GetProperty("agree").GetBoolean());
            Assert.Equal(0, video.GetProperty("difference").GetDouble());
            Assert.Equal(1, video.GetProperty("cosine").GetDouble());
        });
        Assert.Equal((6, 6), (result.Summary.GetProperty("videos").GetInt32(), result.Summary.GetProperty("agreeing").GetInt32()));
        Assert.True(result.Summary.GetProperty("a").GetProperty("framesPerSecond").GetDouble() > 0);
    }

    [Fact]
    public async Task Another_bundle_of_other_clips_differs_and_a_bad_video_is_told()
    {
        TinyBundle.Write(_folder["other"], frames: 5, seed: 7, name: "other");
        await File.WriteAllTextAsync(_folder["bad.mp4"], "no video", TestContext.Current.CancellationToken);
        RunFixture.Age(_folder.Path);

        var result = await LusProcess.RunAsync(["models", "compare", fixture.Model, _folder["other"], fixture.Videos, _folder["bad.mp4"], "--json"]);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(result.Videos, video => video.GetProperty("video").GetString() == "bad.mp4" && video.GetProperty("reason").GetString() == "not_a_video");
        Assert.True(result.Summary.GetProperty("difference").GetDouble() > 0);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, result.Summary.GetProperty("cosine").ValueKind);
    }

    [Fact]
    public async Task People_get_a_table()
    {
        var result = await LusProcess.RunAsync(["models", "compare", fixture.Model, fixture.Model, Path.Combine(fixture.Videos, "top.mov")]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains(result.Output, line => line.Contains("top.mov", StringComparison.Ordinal) && line.Contains("yes", StringComparison.Ordinal));
        Assert.Contains(result.Output, line => line.Contains("same diagnosis for 1 of 1 videos", StringComparison.Ordinal));
        Assert.Contains(result.Output, line => line.Contains("frames/s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_video_is_an_error()
    {
        Directory.CreateDirectory(_folder["empty"]);

        var result = await LusProcess.RunAsync(["models", "compare", fixture.Model, fixture.Model, _folder["empty"]]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no video", Assert.Single(result.Errors), StringComparison.Ordinal);
    }
}
