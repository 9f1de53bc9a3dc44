using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Settlement;

namespace LusPipeline.Pipeline.Ingest;

/// <summary>The ingest stage. It probes a video, and either rejects it or writes its clips as objects.</summary>
public sealed class IngestHandler(
    IVideoBucket bucket, IWorkBucket work, ScratchFolder scratch, ClipFrameSizes frameSizes, StalledBundles stalled, VideoReader reader, ClipPermits permits,
    VideoLimits limits, AttemptRunner attempts, VideoMoves videos, ClipMoves clips, Completion completion, IStageBus bus, StageEvents events,
    TimeProvider clock)
{
    /// <summary>A signal that stops this process also reaches ffmpeg, perhaps earlier. It reaches this process within this time.</summary>
    private static readonly TimeSpan StopFollowsWithin = TimeSpan.FromSeconds(1);

    /// <exception cref="BrokenEngineException">The process cannot continue, for example because ffmpeg is missing or the disk is full.</exception>
    public Task HandleAsync(VideoFound message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        return attempts.RunAsync(message, limits, video => IngestAsync(video, cancellation), cancellation);
    }

    private async Task IngestAsync(VideoWork video, CancellationToken cancellation)
    {
        var frameSize = frameSizes.For(video.BundleId);
        stalled.Check(video.BundleId);
        // What is delivered has a span around its steps. In one process the steps say it all.
        using var span = Delivery.Current is null
            ? null : StageTrace.Start(Stage.Ingest.Name(), video.TraceParent, video.StudyId, video.StudyDay, video.VideoId);
        using var local = await bucket.FetchAsync(video.ObjectKey, video.Tag, scratch.PathOf(video.VideoId), cancellation).ConfigureAwait(false);
        using var source = VideoSource.Open(video.VideoId, local.Path, scratch.Path, video.Urgent);
        var (facts, report) = await ReadAsync(video, source, frameSize, cancellation).ConfigureAwait(false);
        var decoded = new DecodedFacts(facts.Codec, facts.Width, facts.Height, report.DecodedFrames, facts.Duration, report.Warnings);
        if (!await videos.CutAsync(video, decoded, report.Clips, cancellation).ConfigureAwait(false))
            return;
        events.OnVideoCut(video.VideoId, report.Clips);
        if (await completion.CompleteVideoAsync(video.VideoId, video.StudyId, video.Generation, cancellation).ConfigureAwait(false))
            return;
        if (await videos.StepBackIncompleteAsync([video.VideoId], cancellation).ConfigureAwait(false) > 0)
        {
            await bus.PublishAsync(
                new VideoFound(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation) { Urgent = video.Urgent },
                cancellation).ConfigureAwait(false);
        }
    }

    private async Task<ReadVideo> ReadAsync(VideoWork video, VideoSource source, ClipFrameSize frameSize, CancellationToken cancellation)
    {
        var request = new CutRequest(
            source, video.Plan, frameSize.Width, frameSize.Height, scratch.Path, index => $"{LedgerIds.Clip(video.VideoId, video.Plan, index):D}.npy")
        {
            Region = LoopRegions.OfContent(video.Content),
        };
        try
        {
            var read = await reader.ReadAsync(
                request, video.ObjectKey, step => StageTrace.Step(step, video.TraceParent, video.StudyId, video.StudyDay, video.VideoId),
                clip => HandOverAsync(video, clip, cancellation), cancellation).ConfigureAwait(false);
            StageMetrics.FramesFinished(Stage.Ingest.Name(), read.Report.DecodedFrames);
            return read;
        }
        catch (TransientException crashed) when (crashed.Reason == ReasonCode.DecoderCrashed)
        {
            // Ctrl-C also stops ffmpeg, perhaps before this process. In that case the decoder did not crash, and the attempt ends as
            // interrupted.
            await Task.Delay(StopFollowsWithin, clock, cancellation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes the object, then the row, then publishes the message.</summary>
    /// <returns>Whether the clip keeps the permit under which it was cut until its features are done.</returns>
    private async Task<bool> HandOverAsync(VideoWork video, CutClip cut, CancellationToken cancellation)
    {
        // A video of many clips would go on for ever: the gate does not count clips that nobody takes.
        stalled.Check(video.BundleId);
        var clipId = LedgerIds.Clip(video.VideoId, video.Plan, cut.Index);
        var key = WorkKeys.ClipFrames(clipId);
        await work.PutFileAsync(key, cut.Path, cancellation).ConfigureAwait(false);
        // This comes before the row is written. If the process died between the two in the other order, the clip's row would exist while
        // its attempt still counted as one without progress.
        await videos.GotFurtherAsync(video, clipId, cancellation).ConfigureAwait(false);
        if (!await clips.CutAsync(video, clipId, cut.Index, cut.Sha256, cancellation).ConfigureAwait(false))
        {
            // An earlier attempt has already moved this clip past its frames.
            await work.DeleteAsync(key, cancellation).ConfigureAwait(false);
            return false;
        }
        var held = permits.TryHold(clipId);
        try
        {
            await bus.PublishAsync(
                new ClipReady(ClipReady.CurrentVersion, clipId, video.StudyDay, video.Generation) { Urgent = video.Urgent }, cancellation).ConfigureAwait(false);
        }
        catch when (held)
        {
            permits.Forget(clipId);
            throw;
        }
        return held;
    }
}
