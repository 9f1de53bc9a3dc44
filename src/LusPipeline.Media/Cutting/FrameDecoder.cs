using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using FFMpegCore.Arguments;
using FFMpegCore.Enums;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Core.Telemetry;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.Media.Cutting;

/// <summary>Receives one frame. The pixels are valid only until the returned task completes.</summary>
/// <param name="frame">The number of the decoded frame, from 0.</param>
/// <param name="pixels">uint8 [H,W,3] RGB.</param>
/// <param name="limit">The run's time limit. The receiver pauses it while it waits for others.</param>
internal delegate ValueTask FrameSink(long frame, ReadOnlyMemory<byte> pixels, TimeLimit limit);

/// <summary>
/// Runs ffmpeg once. Every frame is decoded and its time stamp is ignored. The selected frames are scaled by area averaging and arrive as raw RGB. Each
/// process uses one thread: on short videos more threads only add cost.
/// </summary>
internal sealed class FrameDecoder(IngestOptions options, MediaOptions media, VideoLimits limits, TimeProvider time)
{
    private static readonly string[] RawRgb = ["-f", "rawvideo"];

    /// <summary>Decodes every frame and outputs none.</summary>
    public Task<DecodeRun> CountAsync(VideoSource source, VideoContainer container, CancellationToken cancellation)
    {
        var arguments = Arguments(source, container)
            .Add("-frames:v", limits.MaxFrames + 1L)
            .Add(new ForceFormatArgument("null")).Add("-");
        return RunAsync(source, container, arguments, static async (stdout, _, token) =>
        {
            await stdout.CopyToAsync(Stream.Null, token).ConfigureAwait(false);
            return 0;
        }, cancellation);
    }

    /// <summary>Decodes every frame and passes the selected ones on.</summary>
    /// <param name="width">Width of the output frames in pixels.</param>
    /// <param name="height">Height of the output frames in pixels.</param>
    public Task<DecodeRun> DecodeAsync(
        VideoSource source, VideoContainer container, FrameSelection selection, int width, int height, FrameSink sink, CancellationToken cancellation)
    {
        var scale = string.Create(CultureInfo.InvariantCulture, $"scale={width}:{height}:flags=area");
        var arguments = Arguments(source, container)
            .Add("-vf", string.Join(',', new[] { selection.Filter, source.Filter, scale }.Where(filter => filter is not null)))
            .Add(new ForcePixelFormat("rgb24"))
            .Add(RawRgb).Add("pipe:1");
        var frameBytes = checked(width * height * 3);
        return RunAsync(source, container, arguments, (stdout, limit, _) => ReadAsync(stdout, frameBytes, selection, sink, limit), cancellation);
    }

    /// <summary>All arguments before the filters.</summary>
    private MediaArguments Arguments(VideoSource source, VideoContainer container) => new MediaArguments()
        .Add("-nostdin", "-hide_banner", "-nostats", "-v", "level+verbose")
        .Add("-filter_threads", 1)
        .AddInput(source, container, limits.MaxFramePixels, opensEveryTrack: false)
        .Add("-map", "0:V:0")
        .Add(new DisableChannelArgument(Channel.Audio))
        .Add("-sn", "-dn", "-fps_mode", "passthrough");

    private async Task<DecodeRun> RunAsync(
        VideoSource source, VideoContainer container, MediaArguments arguments, Func<Stream, TimeLimit, CancellationToken, Task<long>> read,
        CancellationToken cancellation)
    {
        var log = new DecodeLog(source.Path);
        long output = 0;
        var begun = Stopwatch.GetTimestamp();
        using var limit = new TimeLimit(options.DecodeTimeout, time, cancellation);
        int? exit;
        try
        {
            exit = await MediaProcess.ReadVideoAsync(
                options.Ffmpeg, arguments.Values, options, media, source, log.Log,
                async (stdout, token) =>
                {
                    output = await read(stdout, limit, token).ConfigureAwait(false);
                    return true;
                },
                limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.Expired)
        {
            throw limit.Failure;
        }
        if (exit == MediaProcess.CpuTimeExceeded)
            throw limit.Failure;
        if (exit is { } signal && MediaProcess.KilledBySignal(signal))
            throw new TransientException(ReasonCode.DecoderCrashed, $"ffmpeg ended by a signal (exit code {signal}).");
        if (exit != 0)
        {
            source.EnsureReadable();
            RefusedSize.Throw(log.Log, limits.MaxFramePixels);
            RefusedCodec.Throw(log.Log, container.Name);
            throw new RejectedException(ReasonCode.Undecodable, $"ffmpeg cannot decode it: {log.Log.LastError}.");
        }
        if (log.Decoded is not { } decoded)
            throw new TransientException(ReasonCode.DecoderCrashed, "ffmpeg ended without its count of decoded frames.");
        source.EnsureUnchanged();
        StageMetrics.Decoded(Stopwatch.GetElapsedTime(begun));
        return new DecodeRun(decoded, output, log.Graphs, log.Stream, log.Log);
    }

    private static async Task<long> ReadAsync(Stream stdout, int frameBytes, FrameSelection selection, FrameSink sink, TimeLimit limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(frameBytes);
        try
        {
            var frame = buffer.AsMemory(0, frameBytes);
            for (long output = 0; ; output++)
            {
                if (await stdout.ReadAtLeastAsync(frame, frameBytes, throwOnEndOfStream: false, limit.Token).ConfigureAwait(false) < frameBytes)
                    return output;
                await sink(selection.FrameOf(output), frame, limit).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
