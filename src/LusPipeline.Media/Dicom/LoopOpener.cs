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
/// Opens DICOM loops for ffmpeg. Frames without coding and run lengths are decoded here and fed as raw frames. Frames in JPEG, JPEG-LS and JPEG 2000 are fed
/// as they are, each in a block of Matroska. A video stream is unpacked into scratch and read like any other file.
/// </summary>
public sealed class LoopOpener(VideoLimits limits)
{
    private const string UnpackedName = ".stream";

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
            return new(source.With(RawFrames(source, loop), crop), Facts(loop, VideoContainer.DicomPixels, "rawvideo"));
        CodedPixels.Ensure(loop);
        var (codec, letters) = CodecOf(loop.Header.Syntax.Coding);
        return new(source.With(CodedFrames(source, loop, letters), crop), Facts(loop, VideoContainer.DicomFrames, codec));
    }

    private static VideoFacts Facts(DicomLoop loop, VideoContainer container, string codec) => new(
        container, codec, loop.Image.Columns, loop.Image.Rows, loop.Image.Duration, (int)loop.Image.Frames, loop.Frames, loop.CutShort);

    /// <summary>ffmpeg's name of a coding, and its four letters in AVI and Matroska.</summary>
    private static (string Codec, string Letters) CodecOf(PixelCoding coding) => coding switch
    {
        PixelCoding.Jpeg => ("mjpeg", "MJPG"),
        PixelCoding.JpegLs => ("jpegls", "MJLS"),
        _ => ("jpeg2000", "MJ2C"),
    };

    private static VideoFeed RawFrames(VideoSource source, DicomLoop loop)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"{loop.Image.Columns}x{loop.Image.Rows}");
        return new(["-video_size", size, "-pixel_format", loop.IsColour ? "rgb24" : "gray"], async (output, cancellation) =>
        {
            using var file = new SourceStream(source.Target);
            await loop.WriteFramesAsync(file, output, cancellation).ConfigureAwait(false);
        });
    }

    private static VideoFeed CodedFrames(VideoSource source, DicomLoop loop, string letters) => new([], async (output, cancellation) =>
    {
        using var file = new SourceStream(source.Target);
        await output.WriteAsync(
            MatroskaFrames.Header(System.Text.Encoding.ASCII.GetBytes(letters), loop.Image.Columns, loop.Image.Rows), cancellation).ConfigureAwait(false);
        await loop.WriteCodedFramesAsync(file, output, async (frame, length, head) =>
        {
            var named = CodedPixels.NamesColours(loop, head.Span) ? 0 : JpegHead.ColoursAreRgb.Length;
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
