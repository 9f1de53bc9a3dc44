using System.Buffers.Binary;

namespace LusPipeline.Media.Sniffing;

/// <summary>
/// Walks the boxes of an mp4 or mov file (ISO/IEC 14496-12; QuickTime File Format) and reads only their headers. It visits at most <see cref="MostBoxes"/>
/// boxes, no deeper than their known nesting. It finds out whether the index is present, what the index says, and whether the file refers to other files.
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

    /// <summary>Whether the index of the frames is present and complete. Without it nothing can be decoded.</summary>
    public bool HasIndex { get; private set; }

    /// <summary>Whether a box extends beyond the end of the file.</summary>
    public bool CutShort { get; private set; }

    /// <summary>Whether data lies in another file or on the network.</summary>
    public bool RefersElsewhere { get; private set; }

    /// <summary>The frame size in the first video track's header; null if it was not found.</summary>
    public ClaimedSize? HeaderSize { get; private set; }

    /// <summary>The frames and duration of the movie's only track; null if it has more tracks, or edits that remove frames.</summary>
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
                // A few stray bytes at the end are common. An invalid header ends this walk; ffmpeg stops there too.
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

    /// <summary>Reads the size from a visual sample entry. Its width and height are 24 bytes after its header.</summary>
    private ClaimedSize? SizeOf(long at, long end)
    {
        Span<byte> size = stackalloc byte[4];
        if (Next(at, end) is not { } entry || _content.Read(entry.Body + 24, size) is not { Length: 4 } read)
            return null;
        return new ClaimedSize(BinaryPrimitives.ReadUInt16BigEndian(read), BinaryPrimitives.ReadUInt16BigEndian(read[2..]));
    }

    /// <summary>Reads the data references. Each entry begins with a version and flags; flag 1 says that the data is in this file.</summary>
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

    /// <returns>Null if no box can begin there.</returns>
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
