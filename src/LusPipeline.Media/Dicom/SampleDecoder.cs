using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.Media.Dicom;

/// <summary>
/// Has ffmpeg decode coded frames to their samples, for pixels that are turned into levels here before another ffmpeg scales them. It takes part in the time
/// of that one, whose input its output becomes.
/// </summary>
internal sealed class SampleDecoder(IngestOptions options, MediaOptions media, VideoLimits limits)
{
    /// <param name="source">The coded frames.</param>
    /// <param name="container">What they are in, and the decoders that may read them.</param>
    /// <param name="format">ffmpeg's name of the samples' form. A frame has no other size than the loop's.</param>
    /// <param name="read">Reads the samples.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>.</exception>
    /// <exception cref="TransientException"><c>decode_timeout</c>, <c>decoder_crashed</c>.</exception>
    /// <exception cref="BrokenEngineException">ffmpeg cannot be started.</exception>
    public async Task DecodeAsync(VideoSource source, VideoContainer container, string format, Func<Stream, CancellationToken, Task> read, CancellationToken cancellation)
    {
        var arguments = new MediaArguments()
            .Add("-nostdin", "-hide_banner", "-nostats", "-v", "level+error", "-filter_threads", "1")
            .AddInput(source, container, limits.MaxFramePixels, opensEveryTrack: false)
            .Add("-map", "0:V:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", format, "pipe:1");
        var log = new MediaLog(source.Path);
        var exit = await MediaProcess.ReadVideoAsync(
            options.Ffmpeg, arguments.Values, options, media, source, log,
            async (stdout, token) =>
            {
                await read(stdout, token).ConfigureAwait(false);
                return true;
            },
            cancellation).ConfigureAwait(false);
        if (exit == MediaProcess.CpuTimeExceeded)
            throw new TransientException(ReasonCode.DecodeTimeout, $"Reading the video took longer than {options.DecodeTimeout}.");
        if (exit is { } signal && MediaProcess.KilledBySignal(signal))
            throw new TransientException(ReasonCode.DecoderCrashed, $"ffmpeg ended by a signal (exit code {signal}).");
        if (exit != 0)
            throw new RejectedException(ReasonCode.Undecodable, $"ffmpeg cannot decode its frames: {log.LastError}.");
    }
}
