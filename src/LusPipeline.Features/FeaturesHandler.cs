using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Models.Inference;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Ledger;
using LusPipeline.Storage.Npy;

namespace LusPipeline.Features;

/// <summary>Clip frames → backbone → features object.</summary>
public sealed class FeaturesHandler(
    ModelSet models, IWorkBucket work, ClipMoves clips, ClipAttempts attempts, IStageBus bus, StageEvents events)
{
    /// <exception cref="BrokenEngineException">The process cannot go on: no disk, no memory.</exception>
    public Task HandleAsync(ClipReady message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return attempts.RunAsync(
            message, message.StudyDay, message.ClipId, message.StudyId, message.Generation, WorkStatus.Cut,
            clip => ExtractAsync(message, clip, cancellation), cancellation);
    }

    private async Task ExtractAsync(ClipReady message, ClipWork clip, CancellationToken cancellation)
    {
        var bundle = models.Bundle(message.BundleId);
        var backbone = await models.BackboneAsync(message.BundleId, message.Variant).ConfigureAwait(false);
        var backboneSha256 = bundle.Backbone(message.Variant).Sha256;
        using var span = StageTrace.Start("features", message.TraceParent, message.StudyId, message.StudyDay, message.VideoId, message.ClipId);
        span?.SetTag(StageTrace.Bundle, message.BundleId);
        span?.SetTag(StageTrace.Variant, message.Variant);
        span?.SetTag(StageTrace.Frames, bundle.Frames);

        var features = new float[bundle.Frames * backbone.FeatureLength];
        using (var local = await work.FetchAsync(message.FramesKey, cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(message.FramesKey))
        using (var frames = Frames(local.Path, message.FramesKey, bundle.Frames, backbone))
            await backbone.ExtractAsync(frames.Bytes, bundle.Frames, features, cancellation).ConfigureAwait(false);

        var key = WorkKeys.Features(message.ClipId, backboneSha256, message.Variant);
        var sha256 = await FeaturesObject.WriteAsync(
            work, key, new FeaturesSidecar(message.BundleId, message.Variant, backboneSha256, [bundle.Frames, backbone.FeatureLength]),
            features, cancellation).ConfigureAwait(false);
        if (!await clips.ExtractAsync(clip, key, sha256, cancellation).ConfigureAwait(false))
            return;
        events.OnClipExtracted(message.ClipId, bundle.Frames);
        await bus.PublishAsync(
            new FeaturesReady(
                FeaturesReady.CurrentVersion, message.ClipId, message.VideoId, message.StudyId, message.StudyDay, message.Generation,
                message.TraceParent, key, sha256, message.BundleId, message.Variant)
            {
                Urgent = message.Urgent,
            },
            cancellation).ConfigureAwait(false);
        await work.DeleteAsync(message.FramesKey, cancellation).ConfigureAwait(false);
        events.OnClipReleased(message.ClipId);
    }

    private static NpyMap Frames(string path, string key, int count, IBackbone backbone)
    {
        try
        {
            var frames = NpyMap.Open(path, NpyType.Of<byte>());
            if (frames.Header.Shape is [var t, var height, var width, 3]
                && t == count && height == backbone.Height && width == backbone.Width)
                return frames;
            ((IDisposable)frames).Dispose();
            throw new MissingObjectException(key);
        }
        catch (NpyException damaged)
        {
            throw new MissingObjectException(key, damaged);
        }
    }
}
