using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Loops;

/// <summary>The colours of a palette image (PS3.3, section C.7.6.3.1.5).</summary>
public sealed class Palette
{
    private readonly int _first;
    private readonly byte[][] _colours;

    private Palette(int first, byte[][] colours)
    {
        _first = first;
        _colours = colours;
    }

    /// <summary>The red, green or blue level of a stored value. Values outside the palette have the nearest entry's.</summary>
    /// <param name="colour">0 for red, 1 for green, 2 for blue.</param>
    public byte Level(int colour, int stored) => _colours[colour][Math.Clamp(stored - _first, 0, _colours[colour].Length - 1)];

    /// <exception cref="RejectedException"><c>undecodable</c>.</exception>
    internal static Palette From(AttributeValues values)
    {
        (uint Descriptor, uint Data)[] tags =
        [
            (DicomTag.RedPaletteDescriptor, DicomTag.RedPaletteData), (DicomTag.GreenPaletteDescriptor, DicomTag.GreenPaletteData),
            (DicomTag.BluePaletteDescriptor, DicomTag.BluePaletteData),
        ];
        var first = values.Unsigned(DicomTag.RedPaletteDescriptor, 1) ?? throw Lacks();
        return new(first, [.. tags.Select(colour => Colour(values, colour.Descriptor, colour.Data))]);
    }

    private static byte[] Colour(AttributeValues values, uint descriptor, uint data)
    {
        if (values.Unsigned(descriptor, 0) is not { } count || values.Unsigned(descriptor, 2) is not { } bits || values.Bytes(data) is not { } bytes)
            throw Lacks();
        // 0 stands for 65,536, which does not fit.
        var entries = count == 0 ? 1 << 16 : count;
        if (bits is not (8 or 16))
            throw DicomFault.Malformed($"its palette has entries of {bits} bits");
        var colours = new byte[entries];
        if (bits == 8 && bytes.Length < entries * 2)
        {
            // Two entries in a word, the first in its less significant byte.
            if (bytes.Length < entries)
                throw Lacks();
            for (var entry = 0; entry < entries; entry++)
                colours[entry] = (byte)(values.Unsigned(data, entry / 2) is { } pair ? pair >> (entry % 2 * 8) : bytes[entry]);
            return colours;
        }
        for (var entry = 0; entry < entries; entry++)
            colours[entry] = (byte)((values.Unsigned(data, entry) ?? throw Lacks()) >> (bits - 8));
        return colours;
    }

    private static RejectedException Lacks() => DicomFault.Malformed("its palette is missing or too short");
}
