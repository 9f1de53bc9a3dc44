using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>A Huffman table of JPEG (ISO/IEC 10918-1, annexes C and F).</summary>
internal sealed class HuffmanTable
{
    private const int MostBits = 16;

    /// <summary>Codes of up to so many bits are found at once.</summary>
    public const int ShortBits = 10;

    /// <summary>The size of a difference of 32,768, which has no bits of its own.</summary>
    private const int GreatestSize = 16;

    /// <summary>For the next bits: the value of the code that begins them, and its length in bits above it; 0 where it is longer, or none begins so.</summary>
    private readonly ushort[] _short = new ushort[1 << ShortBits];

    /// <summary>For each length in bits the first 16 bits behind its codes, and which of the values its first code has, less that code.</summary>
    private readonly int[] _ends = new int[MostBits + 1];
    private readonly int[] _places = new int[MostBits + 1];

    private byte[] _values = [];

    private HuffmanTable()
    {
    }

    /// <summary>Reads one table of a segment that may have several.</summary>
    /// <param name="content">16 numbers of codes by their length, then the codes' values.</param>
    /// <param name="length">Bytes of the table.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>.</exception>
    public static HuffmanTable Read(ReadOnlySpan<byte> content, out int length)
    {
        var count = 0;
        if (content.Length >= MostBits)
        {
            foreach (var codes in content[..MostBits])
                count += codes;
        }
        length = MostBits + count;
        if (content.Length < length)
            throw JpegFault.Malformed("a Huffman table is too short");
        var table = new HuffmanTable { _values = content.Slice(MostBits, count).ToArray() };
        var (next, value) = (0, 0);
        for (var bits = 1; bits <= MostBits; bits++)
        {
            var width = 1 << (MostBits - bits);
            table._places[bits] = value - (next / width);
            for (var code = content[bits - 1]; code > 0; code--)
            {
                if (next + width > 1 << MostBits)
                    throw JpegFault.Malformed("a Huffman table has more codes than there are");
                if (bits <= ShortBits)
                    table._short.AsSpan(next >> (MostBits - ShortBits), width >> (MostBits - ShortBits)).Fill((ushort)((bits << 8) | table._values[value]));
                next += width;
                value++;
            }
            table._ends[bits] = next;
        }
        return table;
    }

    /// <summary>Reads a code.</summary>
    /// <exception cref="RejectedException"><c>undecodable</c>: no code begins with these bits.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Decode(ref JpegBits bits)
    {
        int code = _short[bits.Peek(ShortBits)];
        if (code == 0)
            return DecodeLong(ref bits);
        bits.Skip(code >> 8);
        return (byte)code;
    }

    private byte DecodeLong(ref JpegBits bits)
    {
        var next = bits.Peek(MostBits);
        for (var length = ShortBits + 1; length <= MostBits; length++)
        {
            if (next >= _ends[length])
                continue;
            bits.Skip(length);
            return _values[_places[length] + (next >> (MostBits - length))];
        }
        throw JpegFault.Malformed("a Huffman code is unknown");
    }

    /// <summary>Makes a table of what the next bits say of a difference of lossless JPEG, for <see cref="JpegLossless"/>.</summary>
    /// <param name="steps">Receives it for the next <see cref="ShortBits"/> bits.</param>
    public void FillSteps(Span<DifferenceStep> steps)
    {
        for (var next = 0; next < steps.Length; next++)
        {
            var (length, size) = (_short[next] >> 8, (byte)_short[next]);
            steps[next] = length == 0 || size >= GreatestSize ? DifferenceStep.Rare : new(length, size);
        }
    }

    /// <summary>Reads a difference of lossless JPEG (H.1.2.2).</summary>
    /// <exception cref="RejectedException"><c>undecodable</c>: there is none.</exception>
    public int ReadDifference(ref JpegBits bits) => Decode(ref bits) switch
    {
        < GreatestSize and var size => Number(ref bits, size),
        GreatestSize => 1 << 15,
        _ => throw JpegFault.Malformed("a difference has more than 16 bits"),
    };

    /// <summary>Reads a number of some bits, the upper half of which are the positive ones (F.2.2.1).</summary>
    /// <param name="size">0 to 15 bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Number(ref JpegBits bits, int size)
    {
        var value = bits.Read(size);
        return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    }
}
