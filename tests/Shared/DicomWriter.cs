using System.Buffers.Binary;
using System.Text;

namespace LusPipeline.Tests;

/// <summary>Writes DICOM, and what no honest tool writes. Explicit value representations, little end first.</summary>
internal sealed class DicomWriter
{
    private readonly List<byte> _bytes = [];

    public static DicomWriter File(string syntax)
    {
        var file = new DicomWriter();
        file._bytes.AddRange(new byte[128]);
        file._bytes.AddRange("DICM"u8);
        return file.Text(0x0002_0010, "UI", syntax);
    }

    /// <summary>The attributes of a loop of grey frames.</summary>
    public DicomWriter Image(string frames, ushort rows, ushort columns, ushort bits = 8) => Text(0x0028_0002, "US", "\u0001\0")
        .Text(0x0028_0004, "CS", "MONOCHROME2 ").Text(0x0028_0008, "IS", frames).Number(0x0028_0010, rows).Number(0x0028_0011, columns)
        .Number(0x0028_0100, bits).Number(0x0028_0101, bits).Number(0x0028_0102, (ushort)(bits - 1)).Number(0x0028_0103, 0);

    /// <summary>A loop of raw frames of red, green and blue.</summary>
    public static byte[] Colours(ReadOnlySpan<byte> frames, int width, int height, int instance = 0)
    {
        var count = frames.Length / (width * height * 3);
        return File("1.2.840.10008.1.2.1").Text(0x0008_0018, "UI", $"1.2.3.{count}.{frames.Length}.{instance}").Text(0x0018_1063, "DS", "40").Text(0x0020_000D, "UI", "1.2.4")
            .Number(0x0028_0002, 3).Text(0x0028_0004, "CS", "RGB").Number(0x0028_0006, 0)
            .Text(0x0028_0008, "IS", count.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Number(0x0028_0010, (ushort)height).Number(0x0028_0011, (ushort)width)
            .Number(0x0028_0100, 8).Number(0x0028_0101, 8).Number(0x0028_0102, 7).Number(0x0028_0103, 0)
            .Long(0x7FE0_0010, "OB", (uint)frames.Length, frames).Bytes();
    }

    /// <summary>A loop of coded frames, or of one stream of them.</summary>
    /// <param name="syntax">UID of the transfer syntax.</param>
    /// <param name="photometric">Photometric interpretation.</param>
    /// <param name="count">How many frames there are.</param>
    /// <param name="instance">Makes the UID of the SOP instance another.</param>
    /// <param name="fragments">What is in each item.</param>
    public static byte[] Coded(string syntax, string photometric, int count, int width, int height, int instance, IEnumerable<byte[]> fragments)
    {
        var file = File(syntax).Text(0x0008_0018, "UI", $"1.2.5.{count}.{width}.{instance}").Text(0x0018_1063, "DS", "40").Text(0x0020_000D, "UI", "1.2.4")
            .Number(0x0028_0002, 3).Text(0x0028_0004, "CS", photometric).Number(0x0028_0006, 0)
            .Text(0x0028_0008, "IS", count.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Number(0x0028_0010, (ushort)height).Number(0x0028_0011, (ushort)width)
            .Number(0x0028_0100, 8).Number(0x0028_0101, 8).Number(0x0028_0102, 7).Number(0x0028_0103, 0)
            .Long(0x7FE0_0010, "OB", uint.MaxValue).Item(0);
        foreach (var fragment in fragments)
        {
            var odd = fragment.Length % 2;
            file.Item((uint)(fragment.Length + odd)).Raw(fragment).Raw(new byte[odd]);
        }
        return file.Item(0, 0xFFFE_E0DD).Bytes();
    }

    public DicomWriter Text(uint tag, string vr, string value)
    {
        if (value.Length % 2 != 0)
            value += "\0";
        Head(tag, vr);
        Short((ushort)value.Length);
        return Raw(Encoding.Latin1.GetBytes(value));
    }

    public DicomWriter Number(uint tag, ushort value)
    {
        Head(tag, "US");
        Short(2);
        Short(value);
        return this;
    }

    /// <summary>An element with a length of 32 bits, which may lie.</summary>
    public DicomWriter Long(uint tag, string vr, uint length, params ReadOnlySpan<byte> value)
    {
        Head(tag, vr);
        Short(0);
        Int(length);
        return Raw(value);
    }

    /// <summary>An item or a delimiter.</summary>
    public DicomWriter Item(uint length, uint tag = 0xFFFE_E000)
    {
        Short((ushort)(tag >> 16));
        Short((ushort)tag);
        Int(length);
        return this;
    }

    public DicomWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] Bytes() => [.. _bytes];

    private void Head(uint tag, string vr)
    {
        Short((ushort)(tag >> 16));
        Short((ushort)tag);
        Raw(Encoding.ASCII.GetBytes(vr));
    }

    private void Short(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Raw(bytes);
    }

    private void Int(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Raw(bytes);
    }
}
