using System.Buffers;
using System.Security.Cryptography;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Run;
using LusPipeline.Models.Inference;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Erasure;
using LusPipeline.Pipeline.Features;
using LusPipeline.Pipeline.Intake;
using LusPipeline.UnitTests.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.UnitTests.Pipeline;

public sealed class FeaturesHandlerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_right_after_the_clips_move_still_publishes_the_clip_and_deletes_its_frames()
    {
        using var bench = await LedgerBench.StartAsync();
        var bundle = TinyBundle.Write(_folder["model"]);
        using var models = new ModelSet([bundle], new InferenceOptions());
        var work = new StoppableBucket(new WorkFolder(_folder["work"]));
        var bus = new StoppableBus();
        using var attempts = new AttemptRunner(
            bench.Videos, bench.Clips, bench.Completion, bus, new NoDeadLetters(), bench.Events, new(), bench.Clock, NullLogger<AttemptRunner>.Instance);
        var handler = new FeaturesHandler(models, work, bench.Clips, attempts, bus, bench.Events);
        var video = await bench.SeeAsync("p1/a.mp4", target: bench.Target with { BundleId = bundle.Id });
        var clip = await CutAsync(bench, video, work, bundle.Frames);
        var frames = WorkKeys.ClipFrames(clip);
        using var stop = new CancellationTokenSource();
        bench.Events.ClipExtracted += (_, _) => stop.Cancel();

        await handler.HandleAsync(new ClipReady(ClipReady.CurrentVersion, clip, video.StudyDay, 0), stop.Token);

        Assert.True(stop.IsCancellationRequested);
        await using var ledger = bench.Open();
        Assert.Equal(WorkStatus.Extracted, (await ledger.Clips.SingleAsync(Cancellation)).Status);
        Assert.Equal(clip, Assert.IsType<FeaturesReady>(Assert.Single(bus.Messages)).ClipId);
        Assert.Null(await work.ReadAsync(frames, int.MaxValue, Cancellation));
    }

    /// <summary>The worker is paused in the midst of its attempt. Until it goes on, the study is erased.</summary>
    [Fact]
    public async Task Features_of_a_clip_that_was_erased_meanwhile_do_not_stay()
    {
        using var bench = await LedgerBench.StartAsync();
        var bundle = TinyBundle.Write(_folder["model"]);
        var work = new WorkFolder(_folder["work"]);
        var video = await bench.SeeAsync("p1/a.mp4", target: bench.Target with { BundleId = bundle.Id });
        var clip = await CutAsync(bench, video, work, bundle.Frames);
        using var models = new ModelSet([bundle], new InferenceOptions(), (opened, variant, options) => new PausedBackbone(
            OnnxBackbone.Open(opened, variant, options), () => EraseAsync(bench, work)));
        using var attempts = new AttemptRunner(
            bench.Videos, bench.Clips, bench.Completion, new SentMessages(), new NoDeadLetters(), bench.Events, new(), bench.Clock, NullLogger<AttemptRunner>.Instance);
        var paused = new FeaturesHandler(models, work, bench.Clips, attempts, new SentMessages(), bench.Events);

        await paused.HandleAsync(new ClipReady(ClipReady.CurrentVersion, clip, video.StudyDay, 0), Cancellation);

        Assert.Empty(await work.ListAsync("", Cancellation).ToListAsync(Cancellation));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Guid> CutAsync(LedgerBench bench, RegisteredVideo video, IWorkBucket work, int frames)
    {
        var path = _folder["frames.npy"];
        NpyFile.Write<byte>(path, [frames, TinyBundle.Side, TinyBundle.Side, 3], new byte[frames * TinyBundle.Side * TinyBundle.Side * 3]);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path, Cancellation)));
        var clip = LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);
        Assert.True(await bench.Clips.CutAsync(await bench.StartAsync(video), clip, 0, sha256, Cancellation));
        await work.PutFileAsync(WorkKeys.ClipFrames(clip), path, Cancellation);
        return clip;
    }

    private static async Task EraseAsync(LedgerBench bench, IWorkBucket work)
    {
        await using var ledger = bench.Open();
        var study = await ledger.Studies.SingleAsync(Cancellation);
        await new StudyErasure(bench.Open, bench.Clock).EraseAsync(study, work, results: null, keepOut: false, Cancellation);
    }

    /// <summary>Lets something happen before each clip.</summary>
    private sealed class PausedBackbone(IBackbone backbone, Func<Task> meanwhile) : IBackbone
    {
        public int Height => backbone.Height;

        public int Width => backbone.Width;

        public int FeatureLength => backbone.FeatureLength;

        public async Task ExtractAsync(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation)
        {
            await meanwhile();
            await backbone.ExtractAsync(frames, frameCount, features, cancellation);
        }

        public void Dispose() => backbone.Dispose();
    }

    /// <summary>As a broker's bus, it does not publish once its caller stops.</summary>
    private sealed class StoppableBus : IStageBus
    {
        public List<IStageMessage> Messages { get; } = [];

        public Task PublishAsync(IStageMessage message, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            Messages.Add(message);
            return Task.CompletedTask;
        }
    }

    /// <summary>As a bucket across a network, it does nothing once its caller stops.</summary>
    private sealed class StoppableBucket(WorkFolder folder) : IWorkBucket
    {
        public Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation) => folder.CreateAsync(key, cancellation);

        public Task PutAsync(string key, ReadOnlyMemory<byte> content, string sidecar, CancellationToken cancellation) =>
            folder.PutAsync(key, content, sidecar, cancellation);

        public Task PutFileAsync(string key, string path, CancellationToken cancellation) => folder.PutFileAsync(key, path, cancellation);

        public Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation) => folder.ReadAsync(key, most, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return folder.DeleteAsync(key, cancellation);
        }

        public Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation) => folder.DeleteUnfinishedAsync(before, cancellation);

        public IAsyncEnumerable<BucketObject> ListAsync(string prefix, CancellationToken cancellation) => folder.ListAsync(prefix, cancellation);
    }
}
