using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.Media;

namespace LusPipeline.IntegrationTests.FeatureSets;

public sealed class OfflineVideosTests
{
    /// <summary>Listing reads every video, and a training asks for the list once for each of its feature sets.</summary>
    [Fact]
    public async Task Videos_are_listed_once()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["videos"]);
        await File.WriteAllTextAsync(folder["videos/a.mp4"], "a", TestContext.Current.CancellationToken);
        RunFixture.Age(folder["videos"]);
        using var videos = new OfflineVideos([folder["videos"]], new VideoLimits(), new IngestOptions(), new MediaOptions(), TimeProvider.System);
        var first = await videos.ListAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder["videos/b.mp4"], "b", TestContext.Current.CancellationToken);
        RunFixture.Age(folder["videos"]);

        var second = await videos.ListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["a.mp4"], first.Select(video => video.Key));
        Assert.Same(first, second);
    }
}
