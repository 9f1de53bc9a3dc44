using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Settlement;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Pipeline.Ingest;

/// <summary>Video → probe → rejected, or clips as objects.</summary>
public sealed partial class IngestHandler(
    IVideoBucket bucket, IWorkBucket work, ScratchFolder scratch, ClipFrameSizes frameSizes, VideoReader reader, ClipPermits permits,
    VideoLimits limits, VideoMoves videos, ClipMoves clips, Completion completion, IStageBus bus, IDeadLetters letters, StageEvents events,
    TimeProvider clock, ILogger<IngestHandler> logger) : IDisposable
{
    private readonly WorkInHand<Guid> _inHand = new();
    private readonly Quarantine _quarantine = new();

    private static readonly TimeSpan StopFollowsWithin = TimeSpan.FromSeconds(1);

    /// <summary>Until work for a model that this worker does not have is offered again.</summary>
    private static readonly TimeSpan PostponedBy = TimeSpan.FromSeconds(10);

    /// <exception cref="BrokenEngineException">The process cannot go on: no ffmpeg, no disk.</exception>
    public async Task HandleAsync(VideoFound message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var hold = await _inHand.TakeAsync(message.VideoId, cancellation).ConfigureAwait(false);
        var (stay, outcome, video) = await _quarantine.StartAsync(
            alone => videos.StartAsync(message.VideoId, message.Generation, alone, cancellation), cancellation).ConfigureAwait(false);
        using var inWork = stay;
        if (outcome is StartOutcome.Stale or StartOutcome.Busy)
            return;
        if (outcome == StartOutcome.Crashed)
        {
            StageMetrics.Failed(StageMetrics.Ingest, StageAttempt.Failed, ReasonCode.Crashed);
            await FailAsync(message, video!, ReasonCode.Crashed, "its attempts never ended", cancellation).ConfigureAwait(false);
            return;
        }
        events.OnVideoStarted(message.VideoId);
        using var attempt = new StageAttempt(StageMetrics.Ingest);
        try
        {
            await IngestAsync(video! with { Urgent = message.Urgent }, cancellation).ConfigureAwait(false);
            attempt.Ended(StageAttempt.Done);
        }
        catch (Exception interrupted) when (
            interrupted is BrokenEngineException or BucketUnavailableException || LedgerFault.Is(interrupted) || cancellation.IsCancellationRequested)
        {
            await videos.InterruptAsync(video!).ConfigureAwait(false);
            throw;
        }
        catch (RejectedException rejected)
        {
            attempt.Ended(StageAttempt.Rejected, rejected.Reason);
            await completion.RejectVideoAsync(video!, rejected.Reason, rejected.Message, Limit(rejected.Reason), cancellation).ConfigureAwait(false);
        }
        catch (MissingModelException missing)
        {
            LogPostponed(logger, message.VideoId, missing.BundleId);
            await videos.PostponeAsync(video!, PostponedBy, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogFailed(logger, message.VideoId, failure);
            var reason = (failure as TransientException)?.Reason ?? ReasonCode.Crashed;
            attempt.Ended(StageAttempt.Retried, reason);
            if (await videos.RetryAsync(video!, cancellation).ConfigureAwait(false))
                return;
            attempt.Ended(StageAttempt.Failed, reason);
            await FailAsync(message, video!, reason, failure.Message, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _quarantine.Dispose();

    private async Task IngestAsync(VideoWork video, CancellationToken cancellation)
    {
        var frameSize = frameSizes.Of(video.BundleId);
        using var local = await bucket.FetchAsync(video.ObjectKey, video.Tag, scratch.PathOf(video.VideoId), cancellation).ConfigureAwait(false);
        using var source = VideoSource.Open(video.VideoId, local.Path, scratch.Path);
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
            source, video.Plan, frameSize.Width, frameSize.Height, scratch.Path, index => $"{LedgerIds.Clip(video.VideoId, video.Plan, index):D}.npy");
        try
        {
            var read = await reader.ReadAsync(
                request, video.ObjectKey, step => StageTrace.Start(step, video.TraceParent, video.StudyId, video.StudyDay, video.VideoId),
                clip => HandOverAsync(video, clip, cancellation), cancellation).ConfigureAwait(false);
            StageMetrics.FramesFinished(StageMetrics.Ingest, read.Report.DecodedFrames);
            return read;
        }
        catch (TransientException crashed) when (crashed.Reason == ReasonCode.DecoderCrashed)
        {
            // Ctrl-C reaches ffmpeg too, and maybe before us: then it is no crash, and ends as our own stop does.
            await Task.Delay(StopFollowsWithin, clock, cancellation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Object, row, message, in this order.</summary>
    /// <returns>Whether the clip keeps the permit that it was cut under, until its features are done.</returns>
    private async Task<bool> HandOverAsync(VideoWork video, CutClip cut, CancellationToken cancellation)
    {
        var clipId = LedgerIds.Clip(video.VideoId, video.Plan, cut.Index);
        var key = WorkKeys.ClipFrames(clipId);
        await work.PutFileAsync(key, cut.Path, cancellation).ConfigureAwait(false);
        // Before the row: a process that dies after it has left both or only the mark, never a row whose attempt counts as one without progress.
        await videos.GotFurtherAsync(video, clipId, cancellation).ConfigureAwait(false);
        if (!await clips.CutAsync(video, clipId, cut.Index, cancellation).ConfigureAwait(false))
        {
            // An earlier attempt got this clip past its frames.
            await work.DeleteAsync(key, cancellation).ConfigureAwait(false);
            return false;
        }
        var held = permits.TryHold(clipId);
        try
        {
            await bus.PublishAsync(
                new ClipReady(
                    ClipReady.CurrentVersion, clipId, video.VideoId, video.StudyId, video.StudyDay, video.Generation, video.TraceParent,
                    key, video.BundleId, video.Variant)
                {
                    Urgent = video.Urgent,
                },
                cancellation).ConfigureAwait(false);
        }
        catch when (held)
        {
            permits.Forget(clipId);
            throw;
        }
        return held;
    }

    private async Task FailAsync(VideoFound message, VideoWork video, string reason, string detail, CancellationToken cancellation)
    {
        if (await completion.FailVideoAsync(video.VideoId, video.StudyId, video.Generation, reason, detail, cancellation).ConfigureAwait(false))
            await letters.KeepAsync(message, reason, cancellation).ConfigureAwait(false);
    }

    private long? Limit(string reason) => reason switch
    {
        ReasonCode.TooLargeFrame => limits.MaxFramePixels,
        ReasonCode.TooManyFrames => limits.MaxFrames,
        ReasonCode.TooLargeFile => limits.MaxFileBytes,
        _ => null,
    };

    [LoggerMessage(LogLevel.Warning, "Video {VideoId} waits for a worker with bundle {Bundle}")]
    private static partial void LogPostponed(ILogger logger, Guid videoId, string bundle);

    [LoggerMessage(LogLevel.Warning, "An attempt at video {VideoId} failed")]
    private static partial void LogFailed(ILogger logger, Guid videoId, Exception exception);
}
