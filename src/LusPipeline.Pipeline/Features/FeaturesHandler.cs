using LusPipeline.Buckets;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Moves;
using LusPipeline.Models.Inference;
using LusPipeline.Pipeline.Attempts;

namespace LusPipeline.Pipeline.Features;

/// <summary>Clip frames → backbone → features object.</summary>
public sealed class FeaturesHandler(
    ModelSet models, IWorkBucket work, ClipMoves clips, AttemptRunner attempts, IStageBus bus, StageEvents events)
{
    /// <exception cref="BrokenEngineException">The process cannot go on: no disk, no memory.</exception>
    public Task HandleAsync(ClipReady message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return attempts.RunAsync(message, clip => ExtractAsync(message, clip, cancellation), cancellation);
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
        var most = NpyHeader.MaxBytes + (bundle.Frames * backbone.Height * backbone.Width * 3);
        using (var clipFrames = await work.ReadAsync(message.FramesKey, most, cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(message.FramesKey))
        {
            await backbone.ExtractAsync(
                Frames(clipFrames.Memory, message.FramesKey, bundle.Frames, backbone), bundle.Frames, features, cancellation).ConfigureAwait(false);
        }

        var key = WorkKeys.Features(message.ClipId, backboneSha256, message.Variant);
        var sha256 = await FeaturesObject.WriteAsync(
            work, key, new FeaturesSidecar(message.BundleId, message.Variant, backboneSha256, [bundle.Frames, backbone.FeatureLength]),
            features, cancellation).ConfigureAwait(false);
        if (!await clips.ExtractAsync(clip, key, sha256, cancellation).ConfigureAwait(false))
            return;
        events.OnClipExtracted(message.ClipId, bundle.Frames);
        try
        {
            await HandOnAsync(message, key, sha256).ConfigureAwait(false);
        }
        finally
        {
            events.OnClipReleased(message.ClipId);
        }
    }

    /// <summary>
    /// Publishes the clip and deletes its frames. The row has moved, so nobody does this again: a stop must not cut it short, or the frames stay.
    /// </summary>
    private async Task HandOnAsync(ClipReady message, string key, string sha256)
    {
        await bus.PublishAsync(
            new FeaturesReady(
                FeaturesReady.CurrentVersion, message.ClipId, message.VideoId, message.StudyId, message.StudyDay, message.Generation,
                message.TraceParent, key, sha256, message.BundleId, message.Variant)
            {
                Urgent = message.Urgent,
            },
            CancellationToken.None).ConfigureAwait(false);
        await work.DeleteAsync(message.FramesKey, CancellationToken.None).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> Frames(ReadOnlyMemory<byte> content, string key, int count, IBackbone backbone)
    {
        try
        {
            var frames = NpyView.Parse(content, NpyType.For<byte>(), key);
            return frames.Header.Shape is [var t, var height, var width, 3] && t == count && height == backbone.Height && width == backbone.Width
                ? frames.Bytes
                : throw new MissingObjectException(key);
        }
        catch (NpyException damaged)
        {
            throw new MissingObjectException(key, damaged);
        }
    }
}
