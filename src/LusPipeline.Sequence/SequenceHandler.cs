using System.Security.Cryptography;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Models.Inference;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Ledger;
using LusPipeline.Storage.Npy;

namespace LusPipeline.Sequence;

/// <summary>Features object → head → prediction; the last clip finishes its video, the last video its study.</summary>
public sealed class SequenceHandler(
    ModelSet models, IWorkBucket work, ClipMoves clips, ClipAttempts attempts, Completion completion, StageEvents events)
{
    /// <exception cref="BrokenEngineException">The process cannot go on: a head that gives no probabilities.</exception>
    public Task HandleAsync(FeaturesReady message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return attempts.RunAsync(
            message, message.StudyDay, message.ClipId, message.StudyId, message.Generation, WorkStatus.Extracted,
            clip => PredictAsync(message, clip, cancellation), cancellation);
    }

    private async Task PredictAsync(FeaturesReady message, ClipWork clip, CancellationToken cancellation)
    {
        var head = await models.HeadAsync(message.BundleId).ConfigureAwait(false);
        using (var span = StageTrace.Start("sequence", message.TraceParent, message.StudyId, message.StudyDay, message.VideoId, message.ClipId))
        {
            var probabilities = head.Predict(await ReadAsync(message, head, cancellation).ConfigureAwait(false));
            if (!await clips.PredictAsync(clip, message.BundleId, message.Variant, probabilities, cancellation).ConfigureAwait(false))
                return;
        }
        events.OnClipPredicted(message.ClipId);
        await completion.CompleteVideoAsync(message.VideoId, message.StudyId, message.Generation, cancellation).ConfigureAwait(false);
    }

    private async Task<float[]> ReadAsync(FeaturesReady message, OnnxHead head, CancellationToken cancellation)
    {
        try
        {
            using var local = await work.FetchAsync(message.FeaturesKey, cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(message.FeaturesKey);
            var bytes = await File.ReadAllBytesAsync(local.Path, cancellation).ConfigureAwait(false);
            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != message.Sha256)
                throw new MissingObjectException(message.FeaturesKey);
            var (shape, features) = NpyFile.Read<float>(new MemoryStream(bytes), message.FeaturesKey);
            return shape is [var t, var d] && t == head.Frames && d == head.FeatureLength
                ? features
                : throw new MissingObjectException(message.FeaturesKey);
        }
        catch (NpyException damaged)
        {
            throw new MissingObjectException(message.FeaturesKey, damaged);
        }
    }
}
