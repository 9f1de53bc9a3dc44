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

/// <summary>The features stage. It reads the frames of a clip, runs the backbone on them and writes the features object.</summary>
public sealed class FeaturesHandler(
    ModelSet models, IWorkBucket work, ClipMoves clips, AttemptRunner attempts, IStageBus bus, StageEvents events)
{
    /// <exception cref="BrokenEngineException">The process cannot continue, for example because the disk or the memory is full.</exception>
    public Task HandleAsync(ClipReady message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return attempts.RunAsync(message, clip => ExtractAsync(clip, cancellation), cancellation);
    }

    private async Task ExtractAsync(ClipWork clip, CancellationToken cancellation)
    {
        var bundle = models.Bundle(clip.BundleId);
        var backbone = await models.BackboneAsync(clip.BundleId, clip.Variant).ConfigureAwait(false);
        var backboneSha256 = bundle.Backbone(clip.Variant).Sha256;
        using var span = StageTrace.Start(Stage.Features.Name(), clip.TraceParent, clip.StudyId, clip.StudyDay, clip.VideoId, clip.ClipId);
        span?.SetTag(StageTrace.Bundle, clip.BundleId);
        span?.SetTag(StageTrace.Variant, clip.Variant);
        span?.SetTag(StageTrace.Frames, bundle.Frames);

        var features = new float[bundle.Frames * backbone.FeatureLength];
        var most = NpyHeader.MaxBytes + (bundle.Frames * backbone.Height * backbone.Width * 3);
        var framesKey = WorkKeys.ClipFrames(clip.ClipId);
        using (var clipFrames = await work.ReadAsync(framesKey, most, cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(framesKey))
        {
            await backbone.ExtractAsync(
                Frames(clipFrames.Memory, framesKey, clip.FramesSha256, bundle.Frames, backbone), bundle.Frames, features, cancellation).ConfigureAwait(false);
        }

        var key = WorkKeys.Features(clip.ClipId, backboneSha256, clip.Variant);
        var sha256 = await FeaturesObject.WriteAsync(
            work, key, new FeaturesSidecar(clip.BundleId, clip.Variant, backboneSha256, [bundle.Frames, backbone.FeatureLength]),
            features, cancellation).ConfigureAwait(false);
        if (!await clips.ExtractAsync(clip, key, sha256, cancellation).ConfigureAwait(false))
        {
            await DeleteIfErasedAsync(clip, key).ConfigureAwait(false);
            return;
        }
        events.OnClipExtracted(clip.ClipId, bundle.Frames);
        try
        {
            await HandOnAsync(clip, framesKey).ConfigureAwait(false);
        }
        finally
        {
            events.OnClipReleased(clip.ClipId);
        }
    }

    /// <summary>
    /// Publishes the clip and deletes its frames. The row has moved already, so no later attempt would repeat this. A stop must therefore
    /// not interrupt it, or the frames would stay.
    /// </summary>
    private async Task HandOnAsync(ClipWork clip, string framesKey)
    {
        await bus.PublishAsync(
            new FeaturesReady(FeaturesReady.CurrentVersion, clip.ClipId, clip.StudyDay, clip.Generation) { Urgent = clip.Urgent },
            CancellationToken.None).ConfigureAwait(false);
        await work.DeleteAsync(framesKey, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes the features of a clip that was erased while this attempt ran, perhaps because the process was paused. No row points at the
    /// object, so nothing else would ever delete it. A stop does not interrupt this.
    /// </summary>
    private async Task DeleteIfErasedAsync(ClipWork clip, string key)
    {
        if (await clips.ExistsAsync(clip, CancellationToken.None).ConfigureAwait(false))
            return;
        await work.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
        await work.DeleteAsync(WorkKeys.Sidecar(key), CancellationToken.None).ConfigureAwait(false);
    }

    /// <exception cref="MissingObjectException">The object does not hold the frames that ingest wrote, or this cannot be checked.</exception>
    private static ReadOnlyMemory<byte> Frames(ReadOnlyMemory<byte> content, string key, string? sha256, int count, IBackbone backbone)
    {
        var frames = StoredArray.Parse(content, NpyType.For<byte>(), key, sha256);
        return frames.Header.Shape is [var t, var height, var width, 3] && t == count && height == backbone.Height && width == backbone.Width
            ? frames.Bytes
            : throw new MissingObjectException(key);
    }
}
