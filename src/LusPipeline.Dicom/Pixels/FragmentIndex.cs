using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Pixels;

/// <summary>The fragments of encapsulated pixels, by frame (PS3.5, section A.4). They stand in the order of the frames.</summary>
internal sealed class FragmentIndex
{
    private const int ItemHead = 8;

    /// <summary>Most fragments of a frame, on average. Writers make one, or one of each 64 KiB.</summary>
    private const int MostPerFrame = 64;

    /// <summary>Most fragments of a loop of few frames, or of a video stream.</summary>
    private const int MostOfAnything = 1 << 20;

    private readonly List<Fragment> _fragments;
    private readonly List<int> _firsts;

    private FragmentIndex(List<Fragment> fragments, List<int> firsts, bool cutShort)
    {
        _fragments = fragments;
        _firsts = firsts;
        CutShort = cutShort;
    }

    /// <summary>Frames that have a whole fragment at least.</summary>
    public int Frames => _firsts.Count;

    /// <summary>Whether the file ends before the last fragment does.</summary>
    public bool CutShort { get; }

    /// <summary>All fragments, in order.</summary>
    public IReadOnlyList<Fragment> Fragments => _fragments;

    /// <summary>The fragments of a frame, in order.</summary>
    public IReadOnlyList<Fragment> Of(int frame) =>
        _fragments.GetRange(_firsts[frame], (frame + 1 < _firsts.Count ? _firsts[frame + 1] : _fragments.Count) - _firsts[frame]);

    /// <summary>Reads the heads of all fragments.</summary>
    /// <param name="input">Stands at the first byte of the pixels.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: the fragments or the offset table are malformed.</exception>
    public static FragmentIndex Read(ForwardInput input, TransferSyntax syntax, DicomImage image)
    {
        var fragments = new List<Fragment>();
        // Which of them begin like a frame, for files without an offset table.
        var begins = new List<bool>();
        var most = Math.Max(MostOfAnything, image.Frames * MostPerFrame);
        byte[]? table = null;
        var cutShort = true;
        Span<byte> head = stackalloc byte[ItemHead];
        while (input.Read(head) == ItemHead)
        {
            var tag = ((uint)BinaryPrimitives.ReadUInt16LittleEndian(head) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (tag == DicomTag.SequenceEnd)
            {
                cutShort = false;
                break;
            }
            if (tag != DicomTag.Item || length == DataSetReader.UndefinedLength)
                throw DicomFault.Malformed($"{DicomTag.Text(tag)} stands where a fragment of its pixels was expected");
            if (input.Left < length)
                break;
            if (table is null)
            {
                table = ReadTable(input, length, image);
                continue;
            }
            if (fragments.Count == most)
                throw DicomFault.Malformed($"its pixels are in more than {most} fragments");
            begins.Add(BeginsFrame(input.Peek(2)));
            fragments.Add(new(input.Position, length));
            input.Skip(length);
        }
        if (fragments.Count == 0)
            throw cutShort ? DicomFault.Ends() : DicomFault.Malformed("its pixels have no fragment");
        return new(fragments, syntax.IsVideo ? [0] : Firsts(fragments, begins, table!, image, syntax, cutShort), cutShort);
    }

    private static byte[] ReadTable(ForwardInput input, uint length, DicomImage image)
    {
        if (length % 4 != 0 || length / 4 > (ulong)image.Frames)
            throw DicomFault.Malformed($"its basic offset table has {length} bytes for {image.Frames} frames");
        var table = new byte[length];
        input.ReadExactly(table);
        return table;
    }

    /// <summary>Finds the first fragment of each frame.</summary>
    private static List<int> Firsts(List<Fragment> fragments, List<bool> begins, byte[] table, DicomImage image, TransferSyntax syntax, bool cutShort)
    {
        if (image.ExtendedOffsets is { Length: > 0 } extended && extended.Length / 8 == image.Frames)
            return Firsts(fragments, extended, 8, cutShort);
        if (table.Length / 4 == image.Frames && image.Frames > 0)
            return Firsts(fragments, table, 4, cutShort);
        if (image.Frames == 1)
            return [0];
        // Without an offset table each fragment is a frame (section A.4), but some writers leave the table out and write several for each.
        if (fragments.Count <= image.Frames || syntax.Coding is PixelCoding.Rle or PixelCoding.EncapsulatedNative)
            return [.. Enumerable.Range(0, fragments.Count)];
        var firsts = Enumerable.Range(0, fragments.Count).Where(fragment => begins[fragment]).ToList();
        if (firsts is not [0, ..])
            throw DicomFault.Malformed($"its {fragments.Count} fragments cannot be divided among its {image.Frames} frames");
        return firsts;
    }

    /// <summary>Reads an offset table: the distance of each frame's first fragment's head from that of the first one.</summary>
    private static List<int> Firsts(List<Fragment> fragments, byte[] table, int width, bool cutShort)
    {
        var places = new Dictionary<long, int>(fragments.Count);
        for (var fragment = 0; fragment < fragments.Count; fragment++)
            places[fragments[fragment].Position - fragments[0].Position] = fragment;
        var firsts = new List<int>();
        for (var at = 0; at < table.Length; at += width)
        {
            var offset = width == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(at)) : BinaryPrimitives.ReadInt64LittleEndian(table.AsSpan(at));
            if (!places.TryGetValue(offset, out var first))
            {
                if (cutShort && offset > fragments[^1].Position - fragments[0].Position)
                    break;
                throw DicomFault.Malformed($"the offset of its frame {at / width} leads to no fragment");
            }
            if (firsts.Count == 0 ? first != 0 : first <= firsts[^1])
                throw DicomFault.Malformed($"the offset of its frame {at / width} leads backwards");
            firsts.Add(first);
        }
        return firsts;
    }

    /// <summary>The start markers of JPEG and JPEG-LS (FF D8) and of JPEG 2000 (FF 4F).</summary>
    private static bool BeginsFrame(ReadOnlySpan<byte> start) => start is [0xFF, 0xD8 or 0x4F];
}
