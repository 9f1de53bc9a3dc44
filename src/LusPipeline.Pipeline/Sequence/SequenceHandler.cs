using LusPipeline.Buckets;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Identity;
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

/// <summary>
/// The sequence stage. It reads the features object of a clip, runs the head on it and stores the prediction. The last clip completes its
/// video, and the last video completes its study.
/// </summary>
public sealed class SequenceHandler(
    ModelSet models, IWorkBucket work, ClipMoves clips, AttemptRunner attempts, Completion completion, StageEvents events)
{
    /// <exception cref="BrokenEngineException">The process cannot continue, for example because the head returns no probabilities.</exception>
    public Task HandleAsync(FeaturesReady message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return attempts.RunAsync(message, clip => PredictAsync(clip, cancellation), cancellation);
    }

    private async Task PredictAsync(ClipWork clip, CancellationToken cancellation)
    {
        var head = await models.HeadAsync(clip.BundleId).ConfigureAwait(false);
        using (var span = StageTrace.Start(Stage.Sequence.Name(), clip.TraceParent, clip.StudyId, clip.StudyDay, clip.VideoId, clip.ClipId))
        {
            var probabilities = await PredictAsync(clip, head, cancellation).ConfigureAwait(false);
            if (!await clips.PredictAsync(clip, probabilities, cancellation).ConfigureAwait(false))
                return;
        }
        events.OnClipPredicted(clip.ClipId);
        await completion.CompleteVideoAsync(clip.VideoId, clip.StudyId, clip.Generation, cancellation).ConfigureAwait(false);
    }

    private async Task<ClassProbabilities> PredictAsync(ClipWork clip, OnnxHead head, CancellationToken cancellation)
    {
        var key = clip.FeaturesKey ?? throw new MissingObjectException(WorkKeys.FeaturesOf(clip.ClipId));
        var most = NpyHeader.MaxBytes + (head.Frames * head.FeatureLength * sizeof(float));
        using var content = await work.ReadAsync(key, most, cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(key);
        var features = StoredArray.Parse(content.Memory, NpyType.For<float>(), key, clip.FeaturesSha256);
        return features.Header.Shape is [var t, var d] && t == head.Frames && d == head.FeatureLength
            ? head.Predict(features.Values<float>())
            : throw new MissingObjectException(key);
    }
}
