using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Ledger;
using LusPipeline.Storage.Npy;

namespace LusPipeline.Features;

/// <summary>Clip frames → backbone → features object.</summary>
public sealed class FeaturesHandler(
    IBackbone backbone, LoadedModel model, IWorkBucket work, ClipMoves clips, ClipAttempts attempts, IStageBus bus, StageEvents events)
{
    /// <exception cref="BrokenEngineException">The process cannot go on: no disk, no memory, another model.</exception>
    public Task HandleAsync(ClipReady message, CancellationToken cancellation)
    {
        model.Require(message.BundleId, message.Variant);
        return attempts.RunAsync(
            message.StudyDay, message.ClipId, message.StudyId, message.Generation, WorkStatus.Cut,
            clip => ExtractAsync(message, clip, cancellation), cancellation);
    }

    private async Task ExtractAsync(ClipReady message, ClipWork clip, CancellationToken cancellation)
    {
        using var span = StageTrace.Start("features", message.TraceParent, message.StudyId, message.StudyDay, message.VideoId, message.ClipId);
        span?.SetTag(StageTrace.Bundle, message.BundleId);
        span?.SetTag(StageTrace.Variant, message.Variant);
        span?.SetTag(StageTrace.Frames, model.Bundle.Frames);

        var features = new float[model.Bundle.Frames * backbone.FeatureLength];
        using (var local = await work.FetchAsync(message.FramesKey, cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(message.FramesKey))
        using (var frames = Frames(local.Path, message.FramesKey))
            await backbone.ExtractAsync(frames.Bytes, model.Bundle.Frames, features, cancellation).ConfigureAwait(false);

        var key = WorkKeys.Features(message.ClipId, model.BackboneSha256, message.Variant);
        var sha256 = await FeaturesObject.WriteAsync(
            work, key, new FeaturesSidecar(message.BundleId, message.Variant, model.BackboneSha256, [model.Bundle.Frames, backbone.FeatureLength]),
            features, cancellation).ConfigureAwait(false);
        if (!await clips.ExtractAsync(clip, key, sha256, cancellation).ConfigureAwait(false))
            return;
        events.OnClipExtracted(message.ClipId, model.Bundle.Frames);
        try
        {
            await HandOnAsync(message, key, sha256, cancellation).ConfigureAwait(false);
        }
        finally
        {
            events.OnClipReleased(message.ClipId);
        }
    }

    private async Task HandOnAsync(ClipReady message, string key, string sha256, CancellationToken cancellation)
    {
        await bus.PublishAsync(
            new FeaturesReady(
                FeaturesReady.CurrentVersion, message.ClipId, message.VideoId, message.StudyId, message.StudyDay, message.Generation,
                message.TraceParent, key, sha256, message.BundleId, message.Variant)
            {
                Urgent = message.Urgent,
            },
            cancellation).ConfigureAwait(false);
        await work.DeleteAsync(message.FramesKey, cancellation).ConfigureAwait(false);
    }

    private NpyMap Frames(string path, string key)
    {
        try
        {
            var frames = NpyMap.Open(path, NpyType.Of<byte>());
            if (frames.Header.Shape is [var t, var height, var width, 3]
                && t == model.Bundle.Frames && height == backbone.Height && width == backbone.Width)
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
