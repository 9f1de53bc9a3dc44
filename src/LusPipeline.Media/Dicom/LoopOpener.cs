using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Dicom.Parsing;
using LusPipeline.Dicom.Pixels;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.Media.Dicom;

/// <summary>
/// Opens DICOM loops for ffmpeg. Frames without coding, run lengths, JPEG-LS and lossless JPEG are decoded here and fed as raw frames. Frames in JPEG and JPEG
/// 2000 are fed as they are, each in a block of Matroska, if what ffmpeg decodes is what they show; if not, another ffmpeg decodes them first. A video stream
/// is unpacked into scratch and read like any other file.
/// </summary>
public sealed class LoopOpener(IngestOptions options, MediaOptions media, VideoLimits limits)
{
    private const string UnpackedName = ".stream";

    private readonly SampleDecoder _decoder = new(options, media, limits);

    /// <summary>Reads the object's attributes and prepares its frames.</summary>
    /// <exception cref="RejectedException">
    /// <c>too_few_frames</c>, <c>too_many_frames</c>, <c>too_large_frame</c>, <c>unsupported_transfer_syntax</c>,
    /// <c>no_tissue_region</c>, <c>undecodable</c>, <c>truncated</c>, <c>vanished</c>, <c>unreadable</c>.
    /// </exception>
    /// <exception cref="TransientException"><c>unreadable</c>.</exception>
    /// <exception cref="BrokenEngineException">Scratch cannot be written.</exception>
    public async Task<OpenedLoop> OpenAsync(VideoSource source, LoopRegion region, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        DicomLoop loop;
        using (var file = new SourceStream(source.Target))
            loop = DicomLoop.Open(file, limits.MaxFrames, limits.MaxFramePixels);
        var crop = TissueCrop.Filter(loop.Image, region);
        if (loop.Header.Syntax.IsVideo)
            return await UnpackAsync(source, loop, crop, cancellation).ConfigureAwait(false);
        if (loop.IsDecodedHere)
            return new(source.With(RawFrames(source, loop, loop.WriteFramesAsync), RawFilter(loop, crop)), Facts(loop, VideoContainer.DicomPixels, "rawvideo"));
        CodedPixels.Ensure(loop);
        if (loop.IsOnlyShownHere)
        {
            var feed = RawFrames(source, loop, (_, output, stopping) => ShowAsync(source, loop, output, stopping));
            return new(source.With(feed, RawFilter(loop, crop)), Facts(loop, VideoContainer.DicomPixels, "rawvideo"));
        }
        var (codec, letters) = CodecOf(loop.Header.Syntax.Coding);
        return new(source.With(CodedFrames(source, loop, letters, static _ => { }), crop), Facts(loop, VideoContainer.DicomFrames, codec));
    }

    private static VideoFacts Facts(DicomLoop loop, VideoContainer container, string codec) => new(
        container, codec, loop.Image.Columns, loop.Image.Rows, loop.Image.Duration, (int)loop.Image.Frames, loop.Frames, loop.CutShort);

    /// <summary>ffmpeg's name of a coding, and its four letters in AVI and Matroska.</summary>
    private static (string Codec, string Letters) CodecOf(PixelCoding coding) => coding switch
    {
        PixelCoding.Jpeg => ("mjpeg", "MJPG"),
        _ => ("jpeg2000", "MJ2C"),
    };

    private static VideoFeed RawFrames(VideoSource source, DicomLoop loop, Func<Stream, Stream, CancellationToken, Task> write)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"{loop.Image.Columns}x{loop.Image.Rows}");
        return new(["-video_size", size, "-pixel_format", loop.IsColour ? "rgb24" : "gray"], async (output, cancellation) =>
        {
            using var file = new SourceStream(source.Target);
            await write(file, output, cancellation).ConfigureAwait(false);
        });
    }

    /// <summary>
    /// ffmpeg's scaler takes the colour of pixels two by two, and so looks one pixel behind a line of an odd width. In a raw frame the next line stands there,
    /// in frames that ffmpeg decoded or copied it is black.
    /// </summary>
    private static string? RawFilter(DicomLoop loop, string? crop)
    {
        if (!loop.IsColour || loop.Image.Columns % 2 == 0)
            return crop;
        return crop is null ? "copy" : "copy," + crop;
    }

    /// <summary>Has the frames decoded by another ffmpeg, and writes what they show.</summary>
    private Task ShowAsync(VideoSource source, DicomLoop loop, Stream output, CancellationToken cancellation)
    {
        // It is known before the decoder has the first frame, and then does not change.
        FrameHead? first = null;
        var feed = CodedFrames(source, loop, CodecOf(loop.Header.Syntax.Coding).Letters, frame =>
        {
            first ??= frame;
            if (frame != first)
                throw new RejectedException(ReasonCode.Undecodable, "Its frames are coded in more than one way.");
        });
        var format = loop.Image.SamplesPerPixel == 3 ? "rgb24" : loop.Image.BitsAllocated == 8 ? "gray" : "gray16le";
        return _decoder.DecodeAsync(
            source.With(feed, filter: null), VideoContainer.DicomFrames, format,
            (decoded, stopping) => loop.WriteShownAsync(decoded, output, () => new(first!.Value.Bits, first.Value.IsSigned), stopping), cancellation);
    }

    /// <param name="onFrame">Is told the head of each frame.</param>
    private static VideoFeed CodedFrames(VideoSource source, DicomLoop loop, string letters, Action<FrameHead> onFrame) => new([], async (output, cancellation) =>
    {
        using var file = new SourceStream(source.Target);
        await output.WriteAsync(
            MatroskaFrames.Header(System.Text.Encoding.ASCII.GetBytes(letters), loop.Image.Columns, loop.Image.Rows), cancellation).ConfigureAwait(false);
        await loop.WriteCodedFramesAsync(file, output, async (frame, length, head) =>
        {
            var known = CodedPixels.Check(loop, head.Span);
            onFrame(known);
            var named = CodedPixels.NeedsColours(loop, known) ? JpegHead.ColoursAreRgb.Length : 0;
            await output.WriteAsync(MatroskaFrames.FrameHead(frame, length + named), cancellation).ConfigureAwait(false);
            if (named == 0)
                return 0;
            const int Start = 2;
            await output.WriteAsync(head[..Start], cancellation).ConfigureAwait(false);
            await output.WriteAsync(JpegHead.ColoursAreRgb.ToArray(), cancellation).ConfigureAwait(false);
            return Start;
        }, cancellation).ConfigureAwait(false);
    });

    /// <summary>
    /// Unpacks a video stream. What the object says of it is enough: the decoder counts its frames, and opens no stream of another coding.
    /// </summary>
    private static async Task<OpenedLoop> UnpackAsync(VideoSource source, DicomLoop loop, string? crop, CancellationToken cancellation)
    {
        var path = source.Path + UnpackedName;
        VideoSource? unpacked = null;
        try
        {
            using (var file = new SourceStream(source.Target))
                await WriteAsync(loop, file, path, cancellation).ConfigureAwait(false);
            // The name claims to be a video, because a bare stream has no signature.
            if (VideoSniffer.Sniff(path, path + ".mpg") is not SniffResult.Video sniffed)
                throw Contradicts(loop);
            var (codec, decoders) = DecodersOf(loop.Header.Syntax.Coding);
            var container = sniffed.Container == VideoContainer.Unmarked
                ? new VideoContainer("dicom", codec, codec, decoders)
                : sniffed.Container with { AllowedDecoders = decoders };
            unpacked = VideoSource.Open(Guid.NewGuid(), path, Path.GetDirectoryName(path)!, source.Urgent);
            var facts = Facts(loop, container, codec) with { CutShort = sniffed.CutShort || loop.CutShort };
            return new(unpacked.With(feed: null, crop), facts) { Unpacked = [path, unpacked.Path] };
        }
        catch
        {
            File.Delete(path);
            unpacked?.Dispose();
            throw;
        }
    }

    private static async Task WriteAsync(DicomLoop loop, SourceStream file, string path, CancellationToken cancellation)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            var output = new FileStream(path, options);
            await using (output.ConfigureAwait(false))
                await loop.WriteStreamAsync(file, output, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ScratchFault.Wrap(exception);
        }
    }

    /// <summary>ffmpeg's name of a video coding, and its decoders for it.</summary>
    private static (string Codec, string Decoders) DecodersOf(PixelCoding coding) => coding switch
    {
        PixelCoding.Mpeg2 => ("mpeg2video", "mpeg1video,mpeg2video,mpegvideo"),
        PixelCoding.H264 => ("h264", "h264"),
        _ => ("hevc", "hevc"),
    };

    private static RejectedException Contradicts(DicomLoop loop) => new(
        ReasonCode.Undecodable, $"Its transfer syntax is {loop.Header.Syntax.Uid} ({loop.Header.Syntax.Name}), but its pixels are no such video stream.");
}
