using System.Security.Cryptography;
using LusPipeline.Buckets.S3;
using LusPipeline.IntegrationTests.Buckets;
using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Operating;

public sealed class SubmitCommandTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Videos_are_put_where_workers_look_and_only_once()
    {
        using var folder = new TemporaryFolder();
        using var place = new S3Place(await servers.NewBucketAsync());
        Directory.CreateDirectory(folder["deep"]);
        await Ffmpeg.MakeAsync(folder["a.mp4"], Ffmpeg.Pattern(1));
        await Ffmpeg.MakeAsync(folder["deep/b.avi"], Ffmpeg.Pattern(1));
        await File.WriteAllTextAsync(folder["labels.csv"], "file,label", Cancellation);
        await File.WriteAllTextAsync(folder[".hidden.mp4"], "x", Cancellation);

        var first = await SubmitAsync(place.Options, folder.Path, "--study", "p1");
        var again = await SubmitAsync(place.Options, folder.Path, "--study", "p1", "--complete");
        await Ffmpeg.MakeAsync(folder["a.mp4"], Ffmpeg.Pattern(2));
        var changed = await SubmitAsync(place.Options, folder["a.mp4"], "--study", "p1");

        Assert.Equal((0, 0, 0), (first.ExitCode, again.ExitCode, changed.ExitCode));
        Assert.Equal("2 videos sent to study p1, 2 other files stay here.", first.Output[0]);
        Assert.Equal("0 videos sent to study p1, 2 were there, 2 other files stay here.", again.Output[0]);
        Assert.Equal("1 videos sent to study p1.", changed.Output[0]);
        Assert.Equal(["incoming/p1/.complete", "incoming/p1/a.mp4", "incoming/p1/deep/b.avi"], await place.KeysAsync());
        Assert.All((await place.ListAsync()).Where(item => !item.Skipped), item => Assert.False(item.Urgent));
    }

    [Fact]
    public async Task Urgent_videos_go_below_the_urgent_prefix()
    {
        using var folder = new TemporaryFolder();
        using var place = new S3Place(await servers.NewBucketAsync());
        await Ffmpeg.MakeAsync(folder["a.mp4"], Ffmpeg.Pattern(1));

        await SubmitAsync(place.Options, folder["a.mp4"], "--study", "p1", "--urgent");

        Assert.True(Assert.Single(await place.ListAsync()).Urgent);
        Assert.Equal(["urgent/p1/a.mp4"], await place.KeysAsync());
    }

    [Fact]
    public async Task What_cannot_be_sent_is_said_with_the_fix()
    {
        using var folder = new TemporaryFolder();
        using var place = new S3Place(await servers.NewBucketAsync());
        await Ffmpeg.MakeAsync(folder["a.mp4"], Ffmpeg.Pattern(1));

        var nothing = await SubmitAsync(place.Options, folder["none"], "--study", "p1");
        var name = await SubmitAsync(place.Options, folder["a.mp4"], "--study", "p/1");
        var nowhere = await LusCommand.RunAsync(["submit", folder["a.mp4"], "--study", "p1"]);

        Assert.Equal((1, 1, 1), (nothing.ExitCode, name.ExitCode, nowhere.ExitCode));
        Assert.Contains("does not exist", nothing.ErrorText, StringComparison.Ordinal);
        Assert.Contains("Bucket:Name", nowhere.ErrorText, StringComparison.Ordinal);
        Assert.Empty(await place.KeysAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(16 << 20)]
    [InlineData((16 << 20) + 1)]
    [InlineData(40_000_000)]
    public async Task The_content_that_is_there_is_known_whatever_its_size(int bytes)
    {
        using var folder = new TemporaryFolder();
        using var place = new S3Place(await servers.NewBucketAsync());
        await File.WriteAllBytesAsync(folder["a.mp4"], RandomNumberGenerator.GetBytes(bytes), Cancellation);
        await File.WriteAllBytesAsync(folder["b.mp4"], RandomNumberGenerator.GetBytes(bytes + 1), Cancellation);
        var upload = new S3Upload(place.Connection, TimeProvider.System);

        Assert.False(await upload.HasAsync(folder["a.mp4"], "p1", "a.mp4", urgent: false, Cancellation));
        await upload.PutAsync(folder["a.mp4"], "p1", "a.mp4", urgent: false, Cancellation);

        Assert.True(await upload.HasAsync(folder["a.mp4"], "p1", "a.mp4", urgent: false, Cancellation));
        Assert.False(await upload.HasAsync(folder["b.mp4"], "p1", "a.mp4", urgent: false, Cancellation));
    }

    private static Task<LusResult> SubmitAsync(S3Options bucket, params string[] arguments) =>
        LusCommand.RunAsync(["submit", .. arguments], OperatedLedger.Variables(bucket));
}
