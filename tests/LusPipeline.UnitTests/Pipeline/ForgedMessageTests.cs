using System.Security.Cryptography;
using System.Text.Json;
using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Run;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Rows;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Features;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Sequence;
using LusPipeline.UnitTests.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.UnitTests.Pipeline;

/// <summary>
/// Whoever may publish to a stage's queue can write anything into a message. Each test gives a clip's message one wrong field, among them
/// fields that messages of version 1 had, and compares with what an honest message of a clip with the same frames does.
/// </summary>
public sealed class ForgedMessageTests : IAsyncLifetime
{
    private const string Variant = BundleVariant.Fp32;

    private readonly TemporaryFolder _folder = new();
    private readonly SentMessages _bus = new();
    private readonly Bundle _bundle;
    private readonly Bundle _otherBundle;
    private readonly ModelSet _models;
    private readonly WorkFolder _work;

    private LedgerBench? _bench;
    private AttemptRunner? _attempts;

    public ForgedMessageTests()
    {
        _bundle = TinyBundle.Write(_folder["bundle"], seed: 1);
        _otherBundle = TinyBundle.Write(_folder["other"], seed: 2, name: "other");
        _models = new([_bundle, _otherBundle], new InferenceOptions());
        _work = new(_folder["objects"]);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private LedgerBench Bench => _bench!;

    private FeaturesHandler Features => new(_models, _work, Bench.Clips, _attempts!, _bus, Bench.Events);

    private SequenceHandler Sequence => new(_models, _work, Bench.Clips, _attempts!, Bench.Completion, Bench.Events);

    public async ValueTask InitializeAsync()
    {
        _bench = await LedgerBench.StartAsync();
        foreach (var bundle in new[] { _bundle, _otherBundle })
            await new BundleRegister(Bench.Open, Bench.Clock).RegisterAsync(bundle.Id, bundle.Name, bundle.Version, bundle.Threshold, Cancellation);
        _attempts = new(Bench.Videos, Bench.Clips, Bench.Completion, _bus, new NoDeadLetters(), Bench.Events, new(), Bench.Clock, NullLogger<AttemptRunner>.Instance);
    }

    public ValueTask DisposeAsync()
    {
        _attempts?.Dispose();
        _bench?.Dispose();
        _models.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_clip_gets_no_features_of_another_clips_frames_and_those_frames_stay()
    {
        var (clip, same, other) = (await CutAsync("a", 1), await CutAsync("same", 1), await CutAsync("other", 2));

        await Features.HandleAsync(Message<ClipReady>(clip, ("framesKey", WorkKeys.ClipFrames(other.ClipId))), Cancellation);

        Assert.True(await ExistsAsync(WorkKeys.ClipFrames(other.ClipId)), "The frames of the other clip are gone.");
        Assert.False(await ExistsAsync(WorkKeys.ClipFrames(clip.ClipId)), "The clip's own frames are still there.");
        await Features.HandleAsync(Message<ClipReady>(same), Cancellation);
        await Features.HandleAsync(Message<ClipReady>(other), Cancellation);
        var (sha256, sameSha256, otherSha256) = (await FeaturesSha256Async(clip), await FeaturesSha256Async(same), await FeaturesSha256Async(other));
        Assert.Equal(sameSha256, sha256);
        Assert.NotEqual(otherSha256, sha256);
    }

    /// <summary>Whoever may write to the bucket puts other frames in place of a clip's, or half of its own.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frames_that_ingest_did_not_write_are_cut_again(bool whole)
    {
        var (clip, other) = (await CutAsync("a", 1), await CutAsync("other", 2));
        var path = _folder["foreign.npy"];
        using (var others = await _work.ReadAsync(WorkKeys.ClipFrames(whole ? other.ClipId : clip.ClipId), int.MaxValue, Cancellation))
        {
            var bytes = others!.Memory.ToArray();
            if (!whole)
                bytes.AsSpan(bytes.Length / 2).Clear();
            await File.WriteAllBytesAsync(path, bytes, Cancellation);
        }
        await _work.PutFileAsync(WorkKeys.ClipFrames(clip.ClipId), path, Cancellation);

        await Features.HandleAsync(Message<ClipReady>(clip), Cancellation);

        Assert.Equal(clip.VideoId, Assert.IsType<VideoFound>(Assert.Single(_bus.Messages)).VideoId);
        var row = await RowAsync(clip);
        Assert.Equal((WorkStatus.Found, 1), (row.Status, row.Retries));
    }

    /// <summary>A ledger from before frames had a checksum.</summary>
    [Fact]
    public async Task Frames_without_a_checksum_are_cut_again()
    {
        var clip = await CutAsync("a", 1);
        await using (var ledger = Bench.Open())
            await ledger.Clips.ExecuteUpdateAsync(set => set.SetProperty(row => row.FramesSha256, (string?)null), Cancellation);

        await Features.HandleAsync(Message<ClipReady>(clip), Cancellation);

        Assert.Equal(WorkStatus.Found, (await RowAsync(clip)).Status);
    }

    [Fact]
    public async Task Features_are_of_the_bundle_that_the_ledger_has_for_the_video()
    {
        var clip = await CutAsync("a", 1);

        await Features.HandleAsync(Message<ClipReady>(clip, ("bundleId", _otherBundle.Id)), Cancellation);

        var key = WorkKeys.Features(clip.ClipId, _bundle.Backbone(Variant).Sha256, Variant);
        Assert.Equal(key, (await RowAsync(clip)).FeaturesKey);
        Assert.True(await ExistsAsync(key), "There are no features of the video's bundle.");
    }

    [Fact]
    public async Task Features_are_of_the_variant_that_the_ledger_has_for_the_video()
    {
        var clip = await CutAsync("a", 1);

        await Features.HandleAsync(Message<ClipReady>(clip, ("variant", BundleVariant.Int8)), Cancellation);

        Assert.Equal(WorkStatus.Extracted, (await RowAsync(clip)).Status);
    }

    [Fact]
    public async Task A_prediction_is_of_the_bundle_and_variant_that_the_ledger_has_for_the_video()
    {
        var (clip, same) = (await ExtractAsync("a", 1), await ExtractAsync("same", 1));

        await Sequence.HandleAsync(Message<FeaturesReady>(clip, ("bundleId", _otherBundle.Id), ("variant", BundleVariant.Int8)), Cancellation);

        await Sequence.HandleAsync(Message<FeaturesReady>(same), Cancellation);
        var (prediction, honest) = (await PredictionAsync(clip), await PredictionAsync(same));
        Assert.Equal((_bundle.Id, Variant), (prediction.BundleId, prediction.Variant));
        Assert.Equal((honest.Covid, honest.Pneumonia, honest.Healthy), (prediction.Covid, prediction.Pneumonia, prediction.Healthy));
    }

    [Fact]
    public async Task A_prediction_is_of_the_clips_own_features()
    {
        var (clip, same, other) = (await ExtractAsync("a", 1), await ExtractAsync("same", 1), await ExtractAsync("other", 2));

        await Sequence.HandleAsync(Message<FeaturesReady>(clip, ("featuresKey", other.FeaturesKey), ("sha256", other.FeaturesSha256)), Cancellation);

        await Sequence.HandleAsync(Message<FeaturesReady>(same), Cancellation);
        await Sequence.HandleAsync(Message<FeaturesReady>(other), Cancellation);
        var (covid, honest, wrong) = ((await PredictionAsync(clip)).Covid, (await PredictionAsync(same)).Covid, (await PredictionAsync(other)).Covid);
        Assert.Equal(honest, covid);
        Assert.NotEqual(wrong, covid);
    }

    [Fact]
    public async Task The_checksum_of_features_is_the_ledgers()
    {
        var (clip, other) = (await ExtractAsync("a", 1), await ExtractAsync("other", 2));
        using (var others = await _work.ReadAsync(other.FeaturesKey, int.MaxValue, Cancellation))
            await _work.PutAsync(clip.FeaturesKey, others!.Memory, "{}", Cancellation);

        await Sequence.HandleAsync(Message<FeaturesReady>(clip, ("sha256", other.FeaturesSha256)), Cancellation);

        Assert.Equal(WorkStatus.Found, (await RowAsync(clip)).Status);
        Assert.IsType<VideoFound>(_bus.Messages[^1]);
    }

    [Fact]
    public async Task A_clip_that_is_done_finishes_its_own_video_and_study()
    {
        var (clip, other) = (await ExtractAsync("a", 1), await ExtractAsync("other", 2));
        // The other clip is done too, and the worker that made it so died before it told the video.
        await Bench.Clips.PredictAsync(await StartAsync(other), new(0.1, 0.2, 0.7), Cancellation);
        foreach (var video in new[] { clip, other })
            await Bench.Studies.ListedAsync([video.StudyId], Bench.Clock.GetUtcNow().UtcDateTime, Cancellation);

        await Sequence.HandleAsync(Message<FeaturesReady>(clip, ("videoId", other.VideoId), ("studyId", other.StudyId)), Cancellation);

        Assert.Equal((WorkStatus.Done, WorkStatus.Done), await StatusAsync(clip));
        Assert.Equal((WorkStatus.Cut, WorkStatus.Open), await StatusAsync(other));
    }

    [Fact]
    public async Task A_clip_whose_frames_are_gone_takes_its_own_video_back()
    {
        var (clip, other) = (await CutAsync("a", 1), await CutAsync("other", 2));
        await _work.DeleteAsync(WorkKeys.ClipFrames(clip.ClipId), Cancellation);

        await Features.HandleAsync(Message<ClipReady>(clip, ("videoId", other.VideoId), ("studyId", other.StudyId)), Cancellation);

        Assert.Equal(clip.VideoId, Assert.IsType<VideoFound>(Assert.Single(_bus.Messages)).VideoId);
        Assert.Equal((WorkStatus.Found, WorkStatus.Open), await StatusAsync(clip));
        Assert.Equal((WorkStatus.Cut, WorkStatus.Open), await StatusAsync(other));
    }

    [Fact]
    public async Task A_clip_that_fails_fails_its_own_video_and_study()
    {
        var (clip, other) = (await CutAsync("a", 1), await CutAsync("other", 2));
        foreach (var video in new[] { clip, other })
            await Bench.Studies.ListedAsync([video.StudyId], Bench.Clock.GetUtcNow().UtcDateTime, Cancellation);
        await using (var ledger = Bench.Open())
            await ledger.Clips.ExecuteUpdateAsync(set => set.SetProperty(row => row.Retries, new AttemptOptions().MaxRetries), Cancellation);
        await _work.DeleteAsync(WorkKeys.ClipFrames(clip.ClipId), Cancellation);

        await Features.HandleAsync(Message<ClipReady>(clip, ("videoId", other.VideoId), ("studyId", other.StudyId)), Cancellation);

        Assert.Equal((WorkStatus.Failed, WorkStatus.Failed), await StatusAsync(clip));
        Assert.Equal((WorkStatus.Cut, WorkStatus.Open), await StatusAsync(other));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Later_stages_are_as_urgent_as_the_study(bool urgent)
    {
        var clip = await CutAsync("a", 1);
        var found = new VideoFound(VideoFound.CurrentVersion, clip.VideoId, clip.StudyDay, 0) { Urgent = !urgent };
        await using (var ledger = Bench.Open())
        {
            await ledger.Studies.ExecuteUpdateAsync(set => set.SetProperty(study => study.Urgent, urgent), Cancellation);
            await ledger.Videos.ExecuteUpdateAsync(set => set.SetProperty(video => video.Status, WorkStatus.Found), Cancellation);
        }

        VideoWork? atIngest = null;
        await _attempts!.RunAsync(
            found, new VideoLimits(),
            work =>
            {
                atIngest = work;
                return Task.CompletedTask;
            },
            Cancellation);
        await Features.HandleAsync(Message<ClipReady>(clip, ("urgent", !urgent)), Cancellation);

        Assert.Equal(urgent, atIngest!.Urgent);
        Assert.Equal(urgent, Assert.IsType<FeaturesReady>(Assert.Single(_bus.Messages)).Urgent);
    }

    /// <summary>A message with every field that one of version 1 had, read as the bus reads it.</summary>
    private TMessage Message<TMessage>(CutVideo clip, params (string Name, object Value)[] forged)
    {
        var fields = new Dictionary<string, object>
        {
            ["version"] = 1,
            ["clipId"] = clip.ClipId,
            ["videoId"] = clip.VideoId,
            ["studyId"] = clip.StudyId,
            ["studyDay"] = clip.StudyDay,
            ["generation"] = 0,
            ["traceParent"] = "",
            ["framesKey"] = WorkKeys.ClipFrames(clip.ClipId),
            ["featuresKey"] = clip.FeaturesKey,
            ["sha256"] = clip.FeaturesSha256,
            ["bundleId"] = _bundle.Id,
            ["variant"] = Variant,
            ["urgent"] = false,
        };
        foreach (var (name, value) in forged)
        {
            Assert.Contains(name, fields.Keys);
            fields[name] = value;
        }
        return JsonSerializer.SerializeToElement(fields).Deserialize<TMessage>(JsonSerializerOptions.Web)!;
    }

    /// <summary>A video of a study of its own, cut into one clip, and that clip's frames.</summary>
    private async Task<CutVideo> CutAsync(string study, int seed)
    {
        var target = new VideoTarget(ClipPlan.Whole(_bundle.Frames), _bundle.Id, Variant);
        var video = await Bench.SeeAsync($"{study}/scan.mp4", study, target);
        var clip = LedgerIds.Clip(video.VideoId, target.Plan, 0);
        var path = _folder[$"{clip}.npy"];
        var pixels = new byte[_bundle.Frames * TinyBundle.Side * TinyBundle.Side * 3];
        new Random(seed).NextBytes(pixels);
        await using (var file = File.Create(path))
            NpyFile.Write<byte>(file, [_bundle.Frames, TinyBundle.Side, TinyBundle.Side, 3], pixels);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path, Cancellation)));
        await _work.PutFileAsync(WorkKeys.ClipFrames(clip), path, Cancellation);
        var work = await Bench.StartAsync(video);
        Assert.True(await Bench.Clips.CutAsync(work, clip, 0, sha256, Cancellation));
        Assert.True(await Bench.Videos.CutAsync(work, new DecodedFacts("h264", 10, 10, 50, null, []), 1, Cancellation));
        return new(video, clip);
    }

    /// <summary>As <see cref="CutAsync"/>, and taken through features by an honest message.</summary>
    private async Task<CutVideo> ExtractAsync(string study, int seed)
    {
        var clip = await CutAsync(study, seed);
        await Features.HandleAsync(Message<ClipReady>(clip), Cancellation);
        var row = await RowAsync(clip);
        return clip with { FeaturesKey = row.FeaturesKey!, FeaturesSha256 = row.FeaturesSha256! };
    }

    private async Task<ClipWork> StartAsync(CutVideo clip)
    {
        var (_, work) = await Bench.Clips.StartAsync(clip.StudyDay, clip.ClipId, 0, WorkStatus.Extracted, alone: true, Cancellation);
        return work!;
    }

    private async Task<ClipRow> RowAsync(CutVideo clip)
    {
        await using var ledger = Bench.Open();
        return await ledger.Clips.AsNoTracking().SingleAsync(row => row.ClipId == clip.ClipId, Cancellation);
    }

    private async Task<string> FeaturesSha256Async(CutVideo clip) => (await RowAsync(clip)).FeaturesSha256!;

    private async Task<PredictionRow> PredictionAsync(CutVideo clip)
    {
        await using var ledger = Bench.Open();
        return await ledger.Predictions.AsNoTracking().SingleAsync(row => row.ClipId == clip.ClipId, Cancellation);
    }

    private async Task<(string Video, string Study)> StatusAsync(CutVideo clip)
    {
        await using var ledger = Bench.Open();
        var row = await ledger.Videos.AsNoTracking().Include(video => video.Study).SingleAsync(video => video.VideoId == clip.VideoId, Cancellation);
        return (row.Status, row.Study!.Status);
    }

    private async Task<bool> ExistsAsync(string key)
    {
        using var content = await _work.ReadAsync(key, int.MaxValue, Cancellation);
        return content is not null;
    }

    private sealed record CutVideo(RegisteredVideo Video, Guid ClipId)
    {
        public string FeaturesKey { get; init; } = "";

        public string FeaturesSha256 { get; init; } = "";

        public Guid VideoId => Video.VideoId;

        public Guid StudyId => Video.StudyId;

        public DateOnly StudyDay => Video.StudyDay;
    }
}
