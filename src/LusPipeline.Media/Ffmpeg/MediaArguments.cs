using System.Globalization;
using FFMpegCore.Arguments;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// Builds the argument list of one process. FFMpegCore's argument classes give the text of the options that they know. FFMpegCore's processor is not used:
/// it joins all arguments into one string and does not escape the file's name.
/// </summary>
internal sealed class MediaArguments
{
    /// <summary>Most streams that a file may have. ffmpeg opens a decoder for each one. Cameras and scanners write three or four.</summary>
    private const int MaxStreams = 16;

    /// <summary>
    /// Most bytes and microseconds of the file from which ffmpeg guesses what it contains, before it reads the streams. It decodes what it reads there, sound
    /// and subtitles included. ffmpeg's own values are 5,000,000 for both.
    /// </summary>
    private const int ProbeBytes = 2_000_000;
    private const int ProbeMicroseconds = 2_000_000;

    /// <summary>
    /// The decoders that may open a sound track for ffprobe, which opens one for every track and gives up on a file when it may not. They cover what cameras,
    /// scanners and editors write. ffmpeg has more than 200.
    /// </summary>
    private const string SoundDecoders = "aac,aac_fixed,aac_latm,mp1,mp1float,mp2,mp2float,mp3,mp3float,ac3,ac3_fixed,eac3,dca,mlp,truehd,alac,flac,vorbis,libvorbis,"
        + "opus,libopus,speex,libspeex,wmav1,wmav2,wmapro,amrnb,amrwb,gsm,gsm_ms,qdm2,nellymoser,"
        + "pcm_alaw,pcm_mulaw,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_dvd,pcm_bluray,"
        + "adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,adpcm_swf,adpcm_g726";

    /// <summary>The decoders that may open a track of subtitles.</summary>
    private const string SubtitleDecoders = "mov_text,subrip,srt,ass,ssa,webvtt,text,dvdsub,dvbsub,pgssub,xsub";

    private readonly List<string> _values = [];

    public IReadOnlyList<string> Values => _values;

    /// <param name="argument">An option whose value has no spaces.</param>
    public MediaArguments Add(IArgument argument)
    {
        _values.AddRange(argument.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return this;
    }

    public MediaArguments Add(params ReadOnlySpan<string> values)
    {
        _values.AddRange(values);
        return this;
    }

    public MediaArguments Add(string option, long value) => Add(option, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Adds the only input: a local file, named by its path in scratch, or stdin. Only the demuxers and decoders that the content allows may read it, and nothing
    /// that could open a second file or the network. Frames of more than <paramref name="maxFramePixels"/> pixels are refused before they are allocated.
    /// </summary>
    /// <param name="opensEveryTrack">Whether the program is ffprobe. ffmpeg goes on with the video when it may not open another track, so it opens none.</param>
    public MediaArguments AddInput(VideoSource source, Sniffing.VideoContainer container, long maxFramePixels, bool opensEveryTrack)
    {
        Add(new ThreadsArgument(1));
        Add("-protocol_whitelist", "file,pipe");
        if (container.Demuxer is { } demuxer)
            Add(new ForceFormatArgument(demuxer));
        Add("-format_whitelist", container.AllowedDemuxers);
        Add("-codec_whitelist:v", container.AllowedDecoders);
        Add("-codec_whitelist:a", opensEveryTrack ? SoundDecoders : MediaLog.NoDecoder);
        Add("-codec_whitelist:s", opensEveryTrack ? SubtitleDecoders : MediaLog.NoDecoder);
        Add("-probesize", ProbeBytes).Add("-analyzeduration", ProbeMicroseconds);
        Add("-max_streams", MaxStreams);
        Add("-max_pixels", Math.Min(maxFramePixels, int.MaxValue));
        if (source.Feed is not { } feed)
            return Add("-i", "file:" + source.Path);
        return Add([.. feed.Options]).Add("-i", "pipe:0");
    }
}
