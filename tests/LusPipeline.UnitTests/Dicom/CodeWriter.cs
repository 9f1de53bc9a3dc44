namespace LusPipeline.UnitTests.Dicom;

/// <summary>Writes the bits of a scan one by one, and stuffs what is to stand behind a byte of ones.</summary>
/// <param name="stuffsBits">One bit (JPEG-LS), not a byte (JPEG).</param>
internal sealed class CodeWriter(bool stuffsBits)
{
    private readonly List<byte> _bytes = [];
    private int _value;
    private int _left = 8;

    public void Put(int value, int bits)
    {
        for (var bit = bits - 1; bit >= 0; bit--)
        {
            _value = (_value << 1) | ((value >> bit) & 1);
            if (--_left == 0)
                Flush();
        }
    }

    /// <summary>Fills up the last byte with zeros in JPEG-LS, with ones in JPEG. No scan ends with a byte of ones.</summary>
    public void Align()
    {
        while (_left != 8)
            Put(stuffsBits ? 0 : 1, 1);
    }

    /// <summary>Bytes that are not stuffed.</summary>
    public void Raw(params ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public byte[] Bytes() => [.. _bytes];

    private void Flush()
    {
        var value = (byte)_value;
        _bytes.Add(value);
        (_value, _left) = (0, 8);
        if (value != 0xFF)
            return;
        if (stuffsBits)
            _left = 7;
        else
            _bytes.Add(0);
    }
}
