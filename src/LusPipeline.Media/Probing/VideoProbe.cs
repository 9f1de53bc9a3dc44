using System.Globalization;
using System.Text.Json;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.Media.Probing;

/// <summary>Runs ffprobe once for a video whose container index is not sufficient.</summary>
public sealed class VideoProbe(IngestOptions options, MediaOptions media, VideoLimits limits, DecoderSlots slots, TimeProvider time)
{
    private const string Entries =
        "packet=flags"
        + ":stream=index,codec_name,codec_type,width,height,nb_frames,duration:format=duration";

    /// <summary>
    /// Most packets that are counted. A codec may need two packets for a frame (fields), or hide every second frame. More packets than this certainly
    /// exceed the limit on frames.
    /// </summary>
    private readonly int _packetLimit = (int)Math.Min(int.MaxValue - 1, (2L * limits.MaxFrames) + 16);

    /// <summary>Asks ffprobe for the facts of a video's first stream that is not an attached picture.</summary>
    /// <exception cref="RejectedException">
    /// <c>no_video_stream</c>, <c>too_large_frame</c>, <c>too_many_frames</c>, <c>truncated</c> (the container cannot be read),
    /// <c>undecodable</c>, <c>not_a_video</c>, <c>vanished</c>, <c>unreadable</c>.
    /// </exception>
    /// <exception cref="TransientException"><c>decode_timeout</c>, <c>decoder_crashed</c>.</exception>
    /// <exception cref="BrokenEngineException">ffprobe cannot be started.</exception>
    public async Task<VideoFacts> ProbeAsync(VideoSource source, SniffResult.Video sniffed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sniffed);
        if (sniffed.HeaderSize is { } claimed)
            Judge(claimed);
        var arguments = new MediaArguments()
            .Add("-v", "level+error", "-select_streams", "V:0", "-show_entries", Entries, "-of", "json=compact=1")
            .AddInput(source, sniffed.Container, limits.MaxFramePixels, opensEveryTrack: true);
        var log = new MediaLog(source.Path);
        using var output = new ProbeOutput(_packetLimit);

        using var slot = await slots.TakeAsync(source.Urgent, cancellation).ConfigureAwait(false);
        using var limit = new TimeLimit(options.DecodeTimeout, time, cancellation);
        int? exit;
        try
        {
            exit = await MediaProcess.ReadVideoAsync(
                options.Ffprobe, arguments.Values, options, media, source, log, output.ReadAsync, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.Expired)
        {
            throw limit.Failure;
        }
        catch (JsonException exception)
        {
            throw NoJson(exception);
        }

        if (exit == MediaProcess.CpuTimeExceeded)
            throw limit.Failure;
        if (output.TooManyPackets)
            throw new RejectedException(ReasonCode.TooManyFrames, $"More than {limits.MaxFrames} frames.");
        if (exit is { } signal && MediaProcess.KilledBySignal(signal))
            throw new TransientException(ReasonCode.DecoderCrashed, $"ffprobe ended by a signal (exit code {signal}).");
        if (exit != 0)
            throw Unopened(source, sniffed, log);
        return Facts(sniffed, output, log);
    }

    /// <summary>
    /// Rejects a size claimed by the container's header that is too large. The codec's own size may differ and be fine, but no honest header claims these.
    /// </summary>
    private void Judge(ClaimedSize claimed)
    {
        if (claimed.Width == 0 || claimed.Height == 0)
            throw new RejectedException(ReasonCode.Undecodable, $"The header claims frames of {claimed.Width}×{claimed.Height} pixels.");
        if ((long)claimed.Width * claimed.Height > limits.MaxFramePixels)
            throw RefusedSize.TooLarge(claimed.Width, claimed.Height, limits.MaxFramePixels);
    }

    private static RejectedException Unopened(VideoSource source, SniffResult.Video sniffed, MediaLog log)
    {
        source.EnsureReadable();
        RefusedCodec.Throw(log, sniffed.Container.Name);
        return sniffed.Container == VideoContainer.Unmarked
            ? new(ReasonCode.NotAVideo, "The content is not a known video format.")
            : new(ReasonCode.Truncated, $"The {sniffed.Container.Name} container cannot be read: {log.LastError}.");
    }

    private VideoFacts Facts(SniffResult.Video sniffed, ProbeOutput output, MediaLog log)
    {
        ProbeDocument? document;
        try
        {
            document = output.Document();
        }
        catch (JsonException exception)
        {
            throw NoJson(exception);
        }
        if (document?.Streams is not [var stream, ..])
            throw new RejectedException(ReasonCode.NoVideoStream, $"The {sniffed.Container.Name} container has no moving video stream.");
        if (string.IsNullOrEmpty(stream.CodecName) || stream.CodecName == "unknown")
            throw new RejectedException(ReasonCode.Undecodable, "The video's codec is unknown.");

        var (width, height) = (stream.Width ?? 0, stream.Height ?? 0);
        if (width == 0 || height == 0)
            RefusedSize.Throw(log, limits.MaxFramePixels);
        if ((long)width * height > limits.MaxFramePixels)
            throw RefusedSize.TooLarge(width, height, limits.MaxFramePixels);
        return new VideoFacts(
            sniffed.Container, stream.CodecName, width, height,
            Seconds(stream.Duration) ?? Seconds(document.Format?.Duration),
            int.TryParse(stream.DeclaredFrames, NumberStyles.None, CultureInfo.InvariantCulture, out var declared) && declared > 0 ? declared : null,
            output.Packets, sniffed.CutShort);
    }

    private static TransientException NoJson(JsonException exception) =>
        new(ReasonCode.DecoderCrashed, "ffprobe's answer is not JSON.", exception);

    /// <summary>Parses decimal seconds, exact to a tick; null for no value, zero or invalid text.</summary>
    private static TimeSpan? Seconds(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and < 1_000_000_000
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
}
