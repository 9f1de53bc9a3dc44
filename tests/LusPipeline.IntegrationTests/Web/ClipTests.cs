using System.Net;
using LusPipeline.Cli.Explaining;
using LusPipeline.Explaining.Pictures;
using LusPipeline.IntegrationTests.Explaining;
using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;

namespace LusPipeline.IntegrationTests.Web;

/// <summary>Frames of clips, and why the model said what it said of them, as pages and API serve them.</summary>
public sealed class ClipTests : IDisposable
{
    private readonly ExplainBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Frames_and_reasons_are_those_of_the_explanation()
    {
        await MakeAsync();
        using var explainer = OpenedExplainer.OfHome(_bench.Home, await _bench.OpenAsync(), [], null, FrameMask.None);
        await using var served = await ServedLedger.StartAsync(await _bench.OpenAsync(), isHome: true, clips: explainer.Clips);
        var id = (await _bench.VideoAsync("p1/a.mp4")).VideoId;

        var expected = await explainer.Clips.ExplainAsync(id, 0, Cancellation);
        var json = await served.JsonAsync($"/api/v1/videos/{id}/clips/0");
        Assert.Equal(expected.Replacement, json.GetProperty("replacement").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Equal(expected.Curve.Select(each => each.Covid), json.GetProperty("curve").EnumerateArray().Select(each => each.GetProperty("covid").GetDouble()));
        Assert.Equal(20, json.GetProperty("frames").GetArrayLength());
        for (var frame = 0; frame < 20; frame += 19)
        {
            Assert.Equal(expected.Frames.Png(frame), await PictureAsync(served, $"/api/v1/videos/{id}/clips/0/frames/{frame}"));
            for (var layer = 0; layer < expected.Regions.Count; layer++)
                Assert.Equal(expected.Regions[layer].HeatPng(frame), await PictureAsync(served, $"/api/v1/videos/{id}/clips/0/regions/{layer}/{frame}"));
        }
        Assert.Contains($"data-clip=\"/videos/{id}/clips/0\"", await served.PageAsync($"/videos/{id}"), StringComparison.Ordinal);
        var page = await served.PageAsync($"/videos/{id}/clips/0");
        Assert.Contains($"data-base=\"/api/v1/videos/{id}/clips/0\" data-frames=\"20\"", page, StringComparison.Ordinal);
        Assert.Contains("Frame 20: replacement ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);

        foreach (var missing in new[] { "clips/1", "clips/0/frames/20", "clips/0/regions/9/0", "clips/-1", "clips/0/frames/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(served, $"/api/v1/videos/{id}/{missing}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(served, $"/videos/{id}/clips/1")).Status);
    }

    [Fact]
    public async Task A_masked_border_is_in_no_picture()
    {
        await MakeAsync();
        using var explainer = OpenedExplainer.OfHome(_bench.Home, await _bench.OpenAsync(), [], null, FrameMask.Parse("20%"));
        await using var served = await ServedLedger.StartAsync(await _bench.OpenAsync(), isHome: true, clips: explainer.Clips);
        var id = (await _bench.VideoAsync("p1/a.mp4")).VideoId;

        var masked = await PictureAsync(served, $"/api/v1/videos/{id}/clips/0/frames/3");

        Assert.Equal((await _bench.FramesAsync("p1/a.mp4", mask: FrameMask.Parse("20%"))).Png(3), masked);
        Assert.NotEqual((await _bench.FramesAsync("p1/a.mp4")).Png(3), masked);
    }

    [Fact]
    public async Task Where_the_original_is_gone_the_page_says_so()
    {
        await MakeAsync();
        File.Delete(Path.Combine(_bench.Videos, "p1/a.mp4"));
        using var explainer = OpenedExplainer.OfHome(_bench.Home, await _bench.OpenAsync(), [], null, FrameMask.None);
        await using var served = await ServedLedger.StartAsync(await _bench.OpenAsync(), isHome: true, clips: explainer.Clips);
        var id = (await _bench.VideoAsync("p1/a.mp4")).VideoId;

        Assert.Contains("The original is gone", await served.PageAsync($"/videos/{id}/clips/0"), StringComparison.Ordinal);
        foreach (var path in new[] { "clips/0", "clips/0/frames/0", "clips/0/regions/0/0" })
        {
            var (status, text) = await AskAsync(served, $"/api/v1/videos/{id}/{path}");
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Contains("The original is gone", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Frames_that_are_not_to_be_shown_are_not()
    {
        await MakeAsync();
        await using var served = await ServedLedger.StartAsync(await _bench.OpenAsync(), isHome: true);
        var id = (await _bench.VideoAsync("p1/a.mp4")).VideoId;

        Assert.DoesNotContain("data-clip", await served.PageAsync($"/videos/{id}"), StringComparison.Ordinal);
        foreach (var path in new[] { "clips/0", "clips/0/frames/0", "clips/0/regions/0/0" })
            Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(served, $"/api/v1/videos/{id}/{path}")).Status);
    }

    private async Task MakeAsync()
    {
        TinyBundle.Write(_bench.Model);
        Directory.CreateDirectory(Path.Combine(_bench.Videos, "p1"));
        await Ffmpeg.MakeAsync(Path.Combine(_bench.Videos, "p1/a.mp4"), Ffmpeg.Pattern(2));
        RunFixture.Age(_bench.Videos);
        await _bench.RunAsync();
    }

    private static async Task<byte[]> PictureAsync(ServedLedger served, string path)
    {
        using var answer = await served.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.OK, "image/png"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.NotNull(answer.Headers.ETag);
        return await answer.Content.ReadAsByteArrayAsync(Cancellation);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(ServedLedger served, string path)
    {
        using var answer = await served.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
