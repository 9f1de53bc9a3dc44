using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LusPipeline.Dicom.Loops;

/// <summary>The values that were read from a data set, by tag.</summary>
internal sealed class AttributeValues(bool bigEndian)
{
    private readonly Dictionary<uint, byte[]> _values = [];

    public void Add(uint tag, byte[] value) => _values[tag] = value;

    public byte[]? Bytes(uint tag) => _values.GetValueOrDefault(tag);

    /// <summary>A text without its padding; null if it is missing or empty.</summary>
    public string? Text(uint tag)
    {
        if (!_values.TryGetValue(tag, out var value))
            return null;
        var text = Encoding.ASCII.GetString(value).Trim('\0', ' ');
        return text.Length == 0 ? null : text;
    }

    /// <summary>A UID; null if it is missing, empty, or longer than the 64 characters of PS3.5, section 9.</summary>
    public string? Uid(uint tag) => Text(tag) is { Length: <= 64 } uid ? uid : null;

    /// <summary>The first number of 16 bits (US).</summary>
    public ushort? Unsigned(uint tag) => Unsigned(tag, 0);

    /// <summary>The number of 16 bits at a place.</summary>
    public ushort? Unsigned(uint tag, int index)
    {
        if (!_values.TryGetValue(tag, out var value) || value.Length < (index + 1) * 2)
            return null;
        var at = value.AsSpan(index * 2);
        return bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
    }

    /// <summary>The first number that is written as text (DS, IS); null if it is missing or no number.</summary>
    public double? Number(uint tag) => Numbers(tag) is [var first, ..] && double.IsFinite(first) ? first : null;

    /// <summary>All numbers of a text; NaN for a part that is none.</summary>
    public IReadOnlyList<double> Numbers(uint tag) => Text(tag) is not { } text
        ? []
        : [.. text.Split('\\').Select(part => double.TryParse(part.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];
}
