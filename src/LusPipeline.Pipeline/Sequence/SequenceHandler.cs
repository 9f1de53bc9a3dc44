using System.Security.Cryptography;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Moves;
using LusPipeline.Models.Inference;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Pipeline.Sequence;

/// <summary>Features object → head → prediction; the last clip finishes its video, the last video its study.</summary>
public sealed class SequenceHandler(
    ModelSet models, IWorkBucket work, ClipMoves clips, AttemptRunner attempts, Completion completion, StageEvents events)
{
    /// <exception cref="BrokenEngineException">The process cannot go on: a head that gives no probabilities.</exception>
    public Task HandleAsync(FeaturesReady message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return attempts.RunAsync(message, clip => PredictAsync(message, clip, cancellation), cancellation);
    }

    private async Task PredictAsync(FeaturesReady message, ClipWork clip, CancellationToken cancellation)
    {
        var head = await models.HeadAsync(message.BundleId).ConfigureAwait(false);
        using (var span = StageTrace.Start("sequence", message.TraceParent, message.StudyId, message.StudyDay, message.VideoId, message.ClipId))
        {
            var probabilities = await PredictAsync(message, head, cancellation).ConfigureAwait(false);
            if (!await clips.PredictAsync(clip, message.BundleId, message.Variant, probabilities, cancellation).ConfigureAwait(false))
                return;
        }
        events.OnClipPredicted(message.ClipId);
        await completion.CompleteVideoAsync(message.VideoId, message.StudyId, message.Generation, cancellation).ConfigureAwait(false);
    }

    private async Task<ClassProbabilities> PredictAsync(FeaturesReady message, OnnxHead head, CancellationToken cancellation)
    {
        try
        {
            var most = NpyHeader.MaxBytes + (head.Frames * head.FeatureLength * sizeof(float));
            using var content = await work.ReadAsync(message.FeaturesKey, most, cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(message.FeaturesKey);
            if (Convert.ToHexStringLower(SHA256.HashData(content.Memory.Span)) != message.Sha256)
                throw new MissingObjectException(message.FeaturesKey);
            var features = NpyView.Parse(content.Memory, NpyType.For<float>(), message.FeaturesKey);
            return features.Header.Shape is [var t, var d] && t == head.Frames && d == head.FeatureLength
                ? head.Predict(features.Values<float>())
                : throw new MissingObjectException(message.FeaturesKey);
        }
        catch (NpyException damaged)
        {
            throw new MissingObjectException(message.FeaturesKey, damaged);
        }
    }
}
