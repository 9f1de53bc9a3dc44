using System.Diagnostics;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Dicom;
using LusPipeline.Media.Probing;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.Pipeline.Ingest;

/// <summary>
/// Probes a video and cuts its clips. If the container's index is simple and the decoder confirms it, a single ffmpeg process does
/// everything. Starting a separate ffprobe process takes as long as decoding a short video.
/// </summary>
public sealed class VideoReader(VideoProbe probe, ClipCutter cutter, LoopOpener loops)
{
    /// <param name="request">The video, and the clips to make of it.</param>
    /// <param name="fileName">The name or key of the video. Its extension says which format it claims to be.</param>
    /// <param name="span">Starts the span of a step, <c>probe</c> or <c>decode</c>; null for no span.</param>
    /// <param name="onClip">As with <see cref="ClipCutter.CutAsync"/>.</param>
    /// <exception cref="RejectedException">The content, or what ffmpeg reports about it, makes the video unusable.</exception>
    /// <exception cref="TransientException"><c>decode_timeout</c>, <c>decoder_crashed</c>, or a disk that did not answer.</exception>
    /// <exception cref="BrokenEngineException">Scratch cannot be written (disk full), or a program cannot be started.</exception>
    public async Task<ReadVideo> ReadAsync(
        CutRequest request, string fileName, Func<string, Activity?> span, Func<CutClip, Task<bool>> onClip, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(span);
        var content = VideoSniffer.Sniff(request.Source.Target, fileName);
        if (content is SniffResult.Dicom)
            return await ReadLoopAsync(request, span, onClip, cancellation).ConfigureAwait(false);
        var (sniffed, facts) = await InSpanAsync(span, "probe", async _ =>
        {
            var video = Video(content);
            return (video, cutter.CanCutByIndex(video) ? null : await probe.ProbeAsync(request.Source, video, cancellation).ConfigureAwait(false));
        }).ConfigureAwait(false);
        if (facts is not null)
            return await CutAsync(request, facts, known: null, span, onClip, cancellation).ConfigureAwait(false);

        var byIndex = await InSpanAsync(span, "decode", async activity =>
        {
            var cut = await cutter.CutByIndexAsync(request, sniffed, onClip, cancellation).ConfigureAwait(false);
            Tell(activity, cut.Video);
            return cut;
        }).ConfigureAwait(false);
        if (byIndex.Video is { } read)
            return read;
        facts = await InSpanAsync(span, "probe", _ => probe.ProbeAsync(request.Source, sniffed, cancellation)).ConfigureAwait(false);
        read = await CutAsync(request, facts, byIndex.Decoded, span, onClip, cancellation).ConfigureAwait(false);
        return read with { Report = read.Report with { Decodes = read.Report.Decodes + 1 } };
    }

    /// <summary>Reads a DICOM loop. Its data set says what is in it, as ffprobe does for other videos.</summary>
    private async Task<ReadVideo> ReadLoopAsync(
        CutRequest request, Func<string, Activity?> span, Func<CutClip, Task<bool>> onClip, CancellationToken cancellation)
    {
        using var loop = await InSpanAsync(span, "probe", _ => loops.OpenAsync(request.Source, request.Region, cancellation)).ConfigureAwait(false);
        return await CutAsync(request with { Source = loop.Source }, loop.Facts, known: null, span, onClip, cancellation).ConfigureAwait(false);
    }

    private Task<ReadVideo> CutAsync(
        CutRequest request, VideoFacts facts, long? known, Func<string, Activity?> span, Func<CutClip, Task<bool>> onClip, CancellationToken cancellation) =>
        InSpanAsync(span, "decode", async activity =>
        {
            var read = new ReadVideo(facts, await cutter.CutAsync(request, facts, known, onClip, cancellation).ConfigureAwait(false));
            Tell(activity, read);
            return read;
        });

    private static SniffResult.Video Video(SniffResult content) => content switch
    {
        SniffResult.Video video => video,
        SniffResult.Rejected rejected => throw new RejectedException(rejected.Reason, rejected.Detail),
        _ => throw new RejectedException(ReasonCode.NotAVideo, "The content is not a known video format."),
    };

    private static void Tell(Activity? span, ReadVideo? read)
    {
        if (read is not null)
            span?.SetTag(StageTrace.Frames, read.Report.DecodedFrames);
    }

    private static async Task<T> InSpanAsync<T>(Func<string, Activity?> span, string name, Func<Activity?, Task<T>> step)
    {
        using var activity = span(name);
        try
        {
            return await step(activity).ConfigureAwait(false);
        }
        catch (RejectedException rejected)
        {
            activity.Fail(rejected.Reason);
            throw;
        }
    }
}
