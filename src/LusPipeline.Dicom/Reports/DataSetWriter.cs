using System.Buffers.Binary;
using System.Text;

namespace LusPipeline.Dicom.Reports;

/// <summary>Writes a data set with explicit value representations, little end first (PS3.5, section 7). Elements are added in the order of their tags.</summary>
internal sealed class DataSetWriter
{
    private static readonly HashSet<string> LongForms = ["OB", "SQ", "UT"];

    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    /// <summary>Adds a text. Texts of others keep their bytes, and with them their character set.</summary>
    public DataSetWriter Add(uint tag, string vr, string text) => Add(tag, vr, Encoding.ASCII.GetBytes(text));

    public DataSetWriter Add(uint tag, string vr, ReadOnlySpan<byte> value)
    {
        Number16((ushort)(tag >> 16));
        Number16((ushort)tag);
        _bytes.AddRange(Encoding.ASCII.GetBytes(vr));
        var length = value.Length + (value.Length % 2);
        if (LongForms.Contains(vr))
        {
            Number16(0);
            Number32((uint)length);
        }
        else
        {
            Number16(checked((ushort)length));
        }
        _bytes.AddRange(value);
        if (length > value.Length)
            _bytes.Add(vr is "UI" or "OB" ? (byte)0 : (byte)' ');
        return this;
    }

    /// <summary>Adds a sequence.</summary>
    /// <param name="items">Its items; none for an empty sequence.</param>
    public DataSetWriter Add(uint tag, params ReadOnlySpan<DataSetWriter> items)
    {
        var value = new DataSetWriter();
        foreach (var item in items)
        {
            value.Number16(0xFFFE);
            value.Number16(0xE000);
            value.Number32((uint)item._bytes.Count);
            value._bytes.AddRange(item._bytes);
        }
        return Add(tag, "SQ", value.ToArray());
    }

    private void Number16(ushort number)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, number);
        _bytes.AddRange(bytes);
    }

    private void Number32(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        _bytes.AddRange(bytes);
    }
}
