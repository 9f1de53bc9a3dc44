using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>The samples of one frame as native pixels have them: one pixel after another, least significant byte first.</summary>
/// <param name="Bytes">The samples: uint8 or uint16 [Height, Width, Components].</param>
/// <param name="Components">Samples of a pixel.</param>
/// <param name="IsWide">Whether a sample has 16 bits, not 8.</param>
internal readonly record struct FrameSamples(Memory<byte> Bytes, int Width, int Height, int Components, bool IsWide)
{
    private const int HeadBytes = 6;
    private const int ComponentBytes = 3;

    /// <summary>Most bits of a sample.</summary>
    public int MostBits => IsWide ? 16 : 8;

    /// <summary>Compares a frame header of JPEG or JPEG-LS with what is expected.</summary>
    /// <returns>The components' names.</returns>
    /// <exception cref="RejectedException"><c>undecodable</c>: another size, other components, or more bits.</exception>
    public byte[] Check(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeadBytes || header.Length < HeadBytes + (header[5] * ComponentBytes))
            throw JpegFault.Malformed("its frame header is too short");
        var (bits, height, width, components) = (header[0], BinaryPrimitives.ReadUInt16BigEndian(header[1..]), BinaryPrimitives.ReadUInt16BigEndian(header[3..]), header[5]);
        if ((width, height, components) != (Width, Height, Components))
            throw JpegFault.Malformed($"it has {width}×{height} pixels of {components} components, and the object says {Width}×{Height} of {Components}");
        if (bits < 2 || bits > MostBits)
            throw JpegFault.Malformed($"its samples have {bits} bits, and the object has room for {MostBits}");
        var names = new byte[components];
        for (var component = 0; component < components; component++)
            names[component] = header[HeadBytes + (component * ComponentBytes)];
        return names;
    }

    /// <summary>Stores a line of one component.</summary>
    public void Put(int row, int component, ReadOnlySpan<ushort> line)
    {
        if (Components == 1)
        {
            Put(row, line);
            return;
        }
        var at = (row * Width * Components) + component;
        if (IsWide)
        {
            var words = MemoryMarshal.Cast<byte, ushort>(Bytes.Span);
            foreach (var sample in line)
            {
                words[at] = BitConverter.IsLittleEndian ? sample : BinaryPrimitives.ReverseEndianness(sample);
                at += Components;
            }
            return;
        }
        var bytes = Bytes.Span;
        foreach (var sample in line)
        {
            bytes[at] = (byte)sample;
            at += Components;
        }
    }

    /// <summary>Stores a line of all components, pixel by pixel.</summary>
    public void Put(int row, ReadOnlySpan<ushort> line)
    {
        var bytes = Bytes.Span.Slice(row * line.Length * (IsWide ? 2 : 1), line.Length * (IsWide ? 2 : 1));
        if (!IsWide)
        {
            Narrow(line, bytes);
            return;
        }
        if (BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes(line).CopyTo(bytes);
        else
            BinaryPrimitives.ReverseEndianness(line, MemoryMarshal.Cast<byte, ushort>(bytes));
    }

    private static void Narrow(ReadOnlySpan<ushort> line, Span<byte> bytes)
    {
        var at = 0;
        for (; at <= line.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var (low, high) = (Vector128.Create(line[at..]), Vector128.Create(line[(at + Vector128<ushort>.Count)..]));
            Vector128.Narrow(low, high).CopyTo(bytes[at..]);
        }
        for (; at < line.Length; at++)
            bytes[at] = (byte)line[at];
    }
}
