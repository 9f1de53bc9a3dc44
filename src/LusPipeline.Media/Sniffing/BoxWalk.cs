using System.Buffers.Binary;

namespace LusPipeline.Media.Sniffing;

/// <summary>
/// Walks the boxes of an mp4 or mov file (ISO/IEC 14496-12; QuickTime File Format) by their headers alone, no deeper than their
/// known nesting and no more than <see cref="MostBoxes"/>: enough to see whether its index is there, what it plainly says, and whether it refers to
/// other files.
/// </summary>
internal sealed class BoxWalk
{
    private const int MostBoxes = 100_000;

    private static readonly HashSet<uint> Parents =
        [
        BoxTypes.Track, Signatures.Code("mdia"u8), Signatures.Code("minf"u8), Signatures.Code("dinf"u8), Signatures.Code("stbl"u8),
        Signatures.Code("rmra"u8), Signatures.Code("rmda"u8), Signatures.Code("edts"u8),
    ];

    private readonly ContentWindow _content;
    private readonly Mp4Index _index = new();
    private int _boxes;
    private bool _inVideoTrack;

    private BoxWalk(ContentWindow content) => _content = content;

    /// <summary>The index of the frames is there and whole; without it nothing can be read.</summary>
    public bool HasIndex { get; private set; }

    /// <summary>A box goes on beyond the end of the file.</summary>
    public bool CutShort { get; private set; }

    /// <summary>Data lies in another file or on the network.</summary>
    public bool RefersElsewhere { get; private set; }

    /// <summary>The frame size in the first video track's header.</summary>
    public ClaimedSize? HeaderSize { get; private set; }

    /// <summary>What the movie says of its only track; null where it has more, or edits.</summary>
    public ContainerIndex? Index => HasIndex && _boxes < MostBoxes ? _index.Read(_content) : null;

    public static BoxWalk Walk(ContentWindow content)
    {
        var walk = new BoxWalk(content);
        walk.TopLevel();
        return walk;
    }

    private void TopLevel()
    {
        var end = _content.Length;
        for (long at = 0; at < end && _boxes < MostBoxes;)
        {
            if (Next(at, end) is not { } box)
            {
                // A few loose bytes at the end are common; a header that makes no sense ends the walk as it ends ffmpeg's.
                return;
            }
            CutShort |= box.End > end;
            if (box.Type == BoxTypes.Movie && box.End <= end)
            {
                HasIndex = true;
                Children(box.Body, box.End);
            }
            at = box.End;
        }
    }

    private void Children(long at, long end)
    {
        while (at < end && _boxes < MostBoxes && Next(at, end) is { } box && box.End <= end)
        {
            _index.Add(box);
            if (box.Type == BoxTypes.Track)
                _inVideoTrack = false;
            if (Parents.Contains(box.Type))
                Children(box.Body, box.End);
            else if (box.Type == BoxTypes.DataReferences)
                DataReferences(box.Body + 8, box.End);
            else if (box.Type == BoxTypes.ReferenceMovie)
                RefersElsewhere = true;
            else if (box.Type == BoxTypes.VideoHeader)
                _inVideoTrack = true;
            else if (box.Type == BoxTypes.SampleDescriptions && _inVideoTrack)
                HeaderSize ??= SizeOf(box.Body + 8, box.End);
            at = box.End;
        }
    }

    /// <summary>A visual sample entry has its width and height 24 bytes after its header.</summary>
    private ClaimedSize? SizeOf(long at, long end)
    {
        Span<byte> size = stackalloc byte[4];
        if (Next(at, end) is not { } entry || _content.Read(entry.Body + 24, size) is not { Length: 4 } read)
            return null;
        return new ClaimedSize(BinaryPrimitives.ReadUInt16BigEndian(read), BinaryPrimitives.ReadUInt16BigEndian(read[2..]));
    }

    /// <summary>Entries begin with a version and flags; flag 1 says that the data is in this file.</summary>
    private void DataReferences(long at, long end)
    {
        Span<byte> flags = stackalloc byte[4];
        while (at < end && _boxes < MostBoxes && Next(at, end) is { } entry && entry.End <= end)
        {
            var read = _content.Read(entry.Body, flags);
            if (read.Length == 4 && (read[3] & 1) == 0)
                RefersElsewhere = true;
            at = entry.End;
        }
    }

    /// <returns>Null where no box can begin.</returns>
    private Box? Next(long at, long end)
    {
        _boxes++;
        Span<byte> header = stackalloc byte[16];
        var read = _content.Read(at, header);
        if (read.Length < 8)
            return null;
        long size = BinaryPrimitives.ReadUInt32BigEndian(read);
        var type = BinaryPrimitives.ReadUInt32BigEndian(read[4..]);
        var body = at + 8;
        if (size == 1)
        {
            if (read.Length < 16)
                return null;
            size = BinaryPrimitives.ReadInt64BigEndian(read[8..]);
            body = at + 16;
        }
        else if (size == 0)
        {
            size = end - at;
        }
        return size < body - at || size > long.MaxValue - at ? null : new Box(type, body, at + size);
    }
}
