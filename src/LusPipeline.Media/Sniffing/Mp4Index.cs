using System.Buffers.Binary;

namespace LusPipeline.Media.Sniffing;

/// <summary>The boxes of a movie's only track that give its number of frames and their duration (ISO/IEC 14496-12).</summary>
internal sealed class Mp4Index
{
    private const int MostEntries = 100_000;
    private const int EntriesAtOnce = 512;
    private const uint NormalRate = 1 << 16;

    private static readonly HashSet<uint> Once =
    [
        BoxTypes.MovieHeader, BoxTypes.MediaHeader, BoxTypes.EditList, BoxTypes.Times, BoxTypes.PresentationOffsets, BoxTypes.Track, BoxTypes.VideoHeader,
    ];

    private readonly Dictionary<uint, Box> _boxes = [];
    private bool _plain = true;

    /// <summary>Adds a box of the movie during the walk.</summary>
    public void Add(Box box)
    {
        if (box.Type == BoxTypes.Fragments)
            _plain = false;
        else if (Once.Contains(box.Type))
            _plain &= _boxes.TryAdd(box.Type, box);
    }

    /// <returns>Null if there are several tracks, fragments, or edits that do more than skip the decoder's delay.</returns>
    public ContainerIndex? Read(ContentWindow content)
    {
        if (!_plain || !_boxes.ContainsKey(BoxTypes.VideoHeader) || !_boxes.TryGetValue(BoxTypes.Times, out var times)
            || Clock(content, BoxTypes.MovieHeader) is not { } movie || Clock(content, BoxTypes.MediaHeader) is not { } media
            || Sum(content, times) is not { } sum || sum.Length != media.Length)
        {
            return null;
        }
        return ShowsAll(content, movie, media) ? ContainerIndex.From(sum.Frames, sum.Length, media.UnitsPerSecond) : null;
    }

    /// <summary>Reads the units per second and the length. They follow two dates, and the version decides between 32 and 64 bits.</summary>
    private (ulong Length, uint UnitsPerSecond)? Clock(ContentWindow content, uint type)
    {
        Span<byte> buffer = stackalloc byte[32];
        if (!_boxes.TryGetValue(type, out var box) || content.Read(box.Body, buffer) is not { Length: 32 } read)
            return null;
        return read[0] == 1
            ? (BinaryPrimitives.ReadUInt64BigEndian(read[24..]), BinaryPrimitives.ReadUInt32BigEndian(read[20..]))
            : (BinaryPrimitives.ReadUInt32BigEndian(read[16..]), BinaryPrimitives.ReadUInt32BigEndian(read[12..]));
    }

    /// <summary>Adds up the time-to-sample table. Each entry is a run of frames of equal duration.</summary>
    private static (ulong Frames, ulong Length)? Sum(ContentWindow content, Box times)
    {
        Span<byte> buffer = stackalloc byte[EntriesAtOnce * 8];
        var head = content.Read(times.Body, buffer[..8]);
        if (head.Length < 8)
            return null;
        var entries = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        if (entries > MostEntries || times.Body + 8 + (entries * 8L) > times.End)
            return null;
        UInt128 length = 0;
        ulong frames = 0;
        for (var at = 0; at < entries; at += EntriesAtOnce)
        {
            var read = content.Read(times.Body + 8 + (at * 8L), buffer[..(8 * (int)Math.Min(EntriesAtOnce, entries - at))]);
            for (; read.Length >= 8; read = read[8..])
            {
                var run = BinaryPrimitives.ReadUInt32BigEndian(read);
                frames += run;
                length += (UInt128)run * BinaryPrimitives.ReadUInt32BigEndian(read[4..]);
            }
        }
        return length > ulong.MaxValue ? null : (frames, (ulong)length);
    }

    /// <summary>
    /// Whether all frames are shown: there is no edit list, or one edit at normal speed from the first frame's presentation time to at least the end.
    /// </summary>
    private bool ShowsAll(ContentWindow content, (ulong Length, uint UnitsPerSecond) movie, (ulong Length, uint UnitsPerSecond) media)
    {
        if (!_boxes.TryGetValue(BoxTypes.EditList, out var list))
            return true;
        Span<byte> buffer = stackalloc byte[28];
        var read = content.Read(list.Body, buffer);
        var wide = read.Length > 0 && read[0] == 1;
        if (read.Length < (wide ? 28 : 20) || BinaryPrimitives.ReadUInt32BigEndian(read[4..]) != 1)
            return false;
        var length = wide ? BinaryPrimitives.ReadUInt64BigEndian(read[8..]) : BinaryPrimitives.ReadUInt32BigEndian(read[8..]);
        var start = wide ? BinaryPrimitives.ReadInt64BigEndian(read[16..]) : BinaryPrimitives.ReadInt32BigEndian(read[12..]);
        var rate = BinaryPrimitives.ReadUInt32BigEndian(read[(wide ? 24 : 16)..]);
        return rate == NormalRate && start == FirstOffset(content)
            && (UInt128)length * media.UnitsPerSecond >= (UInt128)media.Length * movie.UnitsPerSecond;
    }

    /// <summary>Time from the first frame's decoding to its presentation; 0 if there is no table.</summary>
    private long? FirstOffset(ContentWindow content)
    {
        if (!_boxes.TryGetValue(BoxTypes.PresentationOffsets, out var offsets))
            return 0;
        Span<byte> buffer = stackalloc byte[16];
        var read = content.Read(offsets.Body, buffer);
        return read.Length < 16 || BinaryPrimitives.ReadUInt32BigEndian(read[4..]) == 0 ? null : BinaryPrimitives.ReadInt32BigEndian(read[12..]);
    }
}
