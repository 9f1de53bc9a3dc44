using LusPipeline.Buckets;
using LusPipeline.Core.Studies;
using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using LusPipeline.Media;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Explaining;

/// <summary>A home folder with results of a few videos, and what looks at them.</summary>
internal sealed class ExplainBench : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Home => _folder["home"];

    public string Videos => _folder["videos"];

    public string Model => _folder["model"];

    public string this[string name] => _folder[name];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs <c>lus</c> and checks that it ends well.</summary>
    public static async Task<LusResult> LusAsync(params string[] arguments)
    {
        var result = await LusCommand.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, string.Join('\n', result.Errors));
        return result;
    }

    public Task<LusResult> RunAsync(params string[] further) => LusAsync(["run", Videos, "--home", Home, "--model", Model, .. further]);

    public async Task<Func<LedgerContext>> OpenAsync() => await SqliteLedger.OpenToReadAsync(HomeFolder.LedgerFileIn(Home), Cancellation);

    public async Task<VideoRow> VideoAsync(string key)
    {
        await using var ledger = (await OpenAsync())();
        return await ledger.Videos.AsNoTracking().SingleAsync(video => video.ObjectKey == key && !video.Superseded, Cancellation);
    }

    /// <summary>A clip's frames, from the cache of the home folder or decoded again.</summary>
    public async Task<ClipPictures> FramesAsync(string key, int clip = 0, IVideoBucket? originals = null, FrameMask? mask = null)
    {
        using var frames = Frames(originals, mask);
        return await frames.ReadAsync(await new ClipSubjects(await OpenAsync()).ReadAsync((await VideoAsync(key)).VideoId, clip, Cancellation), Cancellation);
    }

    public ClipFrames Frames(IVideoBucket? originals = null, FrameMask? mask = null) => new(
        originals ?? HomePlaces.Originals(Home, []), new BundleFinder([.. HomePlaces.Read(Home).Models]), new FrameCache(HomeFolder.FramesIn(Home)),
        new FrameDecoding(new IngestOptions(), new MediaOptions(), new VideoLimits()), mask ?? FrameMask.None, TimeProvider.System);
}
