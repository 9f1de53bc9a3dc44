using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;
using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.Media.Sniffing;

/// <summary>Identifies a file by its content, before any demuxer reads it. A name is only a claim.</summary>
public static class VideoSniffer
{
    /// <summary>Number of bytes at the start of a file that identify it.</summary>
    public const int HeadBytes = 4096;

    /// <summary>Whether a file whose name claims nothing is a video, or is rejected as one. All other such files are skipped.</summary>
    /// <param name="head">The first <see cref="HeadBytes"/> bytes of the file, or the whole file if it is shorter.</param>
    public static bool IsOurs(ReadOnlySpan<byte> head) =>
        DicomHeader.IsDicom(head) || Signatures.Container(head) is not null || (TextContent.IsText(head) && TextContent.IsPlaylist(head));

    /// <param name="path">The path of the file on this machine.</param>
    /// <param name="fileName">The file's name or key, used for the claim.</param>
    /// <exception cref="RejectedException"><c>vanished</c> or <c>unreadable</c>.</exception>
    /// <exception cref="TransientException">The disk or network did not answer.</exception>
    public static SniffResult Sniff(string path, string fileName)
    {
        // Pipes and devices have no length and are never opened.
        if (SourceFiles.Regular(path).Length == 0)
            return Refused(fileName, ReasonCode.Empty, "The file is empty.");
        using var content = new ContentWindow(path);
        try
        {
            return Sniff(content, fileName);
        }
        catch (IOException exception)
        {
            throw new TransientException(ReasonCode.Unreadable, $"The file could not be read (error {exception.HResult}).", exception);
        }
    }

    private static SniffResult Sniff(ContentWindow content, string fileName)
    {
        Span<byte> buffer = stackalloc byte[HeadBytes];
        var head = content.Read(0, buffer);
        if (head.IsEmpty)
            return Refused(fileName, ReasonCode.Empty, "The file is empty.");
        if (DicomHeader.IsDicom(head))
            return new SniffResult.Dicom();
        if (Signatures.Container(head) is { } container)
            return Inside(container, content);
        if (TextContent.IsText(head))
        {
            return TextContent.IsPlaylist(head)
                ? new SniffResult.Rejected(ReasonCode.Playlist, "A playlist: it would make other files or the network be read.")
                : Refused(fileName, ReasonCode.NotAVideo, "The content is text.");
        }
        if (!VideoClaims.Claim(fileName))
            return new SniffResult.Skipped();
        return Signatures.IsKnownOther(head)
            ? new SniffResult.Rejected(ReasonCode.NotAVideo, "The content is an image, sound, archive or document.")
            : new SniffResult.Video(VideoContainer.Unmarked, CutShort: false);
    }

    private static SniffResult Inside(VideoContainer container, ContentWindow content)
    {
        if (container == VideoContainer.Mp4)
        {
            var boxes = BoxWalk.Walk(content);
            if (boxes.RefersElsewhere)
                return new SniffResult.Rejected(ReasonCode.ExternalReference, "Its frames lie in another file or on the network.");
            return boxes.HasIndex
                ? new SniffResult.Video(container, boxes.CutShort, boxes.HeaderSize, boxes.Index)
                : new SniffResult.Rejected(ReasonCode.Truncated, "The index of its frames (moov) is missing or cut off.");
        }
        if (container == VideoContainer.Gif)
            return new SniffResult.Video(container, ContainerEnd.GifIsCut(content), GifSize(content));
        if (container == VideoContainer.Avi)
        {
            var header = AviHeader.Read(content);
            return new SniffResult.Video(container, ContainerEnd.RiffIsCut(content), header.Size, header.Index);
        }
        var cutShort =
            container == VideoContainer.Matroska ? ContainerEnd.MatroskaIsCut(content)
            : container == VideoContainer.ProgramStream && ContainerEnd.ProgramStreamIsCut(content);
        return new SniffResult.Video(container, cutShort);
    }

    /// <summary>The canvas size follows the signature (GIF89a, section 18).</summary>
    private static ClaimedSize? GifSize(ContentWindow content)
    {
        Span<byte> buffer = stackalloc byte[4];
        var size = content.Read(6, buffer);
        return size.Length < 4
            ? null
            : new ClaimedSize(BinaryPrimitives.ReadUInt16LittleEndian(size), BinaryPrimitives.ReadUInt16LittleEndian(size[2..]));
    }

    private static SniffResult Refused(string fileName, string reason, string detail) =>
        VideoClaims.Claim(fileName) ? new SniffResult.Rejected(reason, detail) : new SniffResult.Skipped();
}
