using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Decodes a scan of lossless JPEG (ISO/IEC 10918-1, annex H).</summary>
internal static class JpegLossless
{
    /// <summary>The size of a difference of 32,768, which has no bits of its own.</summary>
    private const int GreatestSize = 16;

    /// <param name="bits">The scan's bits.</param>
    /// <param name="components">Places of the scan's components within a pixel.</param>
    /// <param name="tables">The Huffman table of each of them.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ref JpegBits bits, Form form, FrameSamples samples, ReadOnlySpan<int> components, ReadOnlySpan<HuffmanTable> tables)
    {
        var width = samples.Width;
        var count = components.Length;
        // Pixel by pixel, as they come.
        var (above, current) = (new int[width * count], new int[width * count]);
        var line = new ushort[width];
        var start = 1 << (form.Bits - form.Shift - 1);
        // The row at whose first pixel prediction began anew.
        var (first, left) = (0, form.Restart);
        for (var row = 0; row < samples.Height; row++)
        {
            for (var at = 0; at < width; at++)
            {
                if (form.Restart > 0 && left-- == 0)
                {
                    bits.Restart();
                    if (at != 0)
                        throw JpegFault.Malformed("it restarts within a line");
                    (first, left) = (row, form.Restart - 1);
                }
                for (var component = 0; component < count; component++)
                {
                    var place = (at * count) + component;
                    var predicted = row == first ? at == 0 ? start : current[place - count]
                        : at == 0 ? above[place]
                        : Predict(form.Predictor, current[place - count], above[place], above[place - count]);
                    current[place] = (predicted + Difference(ref bits, tables[component])) & 0xFFFF;
                }
            }
            for (var component = 0; component < count; component++)
            {
                for (var at = 0; at < width; at++)
                    line[at] = (ushort)(current[(at * count) + component] << form.Shift);
                samples.Put(row, components[component], line);
            }
            (above, current) = (current, above);
        }
    }

    private static int Predict(int predictor, int left, int above, int aboveLeft) => predictor switch
    {
        1 => left,
        2 => above,
        3 => aboveLeft,
        4 => left + above - aboveLeft,
        5 => left + ((above - aboveLeft) >> 1),
        6 => above + ((left - aboveLeft) >> 1),
        _ => (left + above) >> 1,
    };

    private static int Difference(ref JpegBits bits, HuffmanTable table) => table.Decode(ref bits) switch
    {
        < GreatestSize and var size => HuffmanTable.Number(ref bits, size),
        GreatestSize => 1 << 15,
        _ => throw JpegFault.Malformed("a difference has more than 16 bits"),
    };

    /// <summary>How a scan was made.</summary>
    /// <param name="Predictor">1 to 7.</param>
    /// <param name="Bits">Bits of a sample.</param>
    /// <param name="Shift">The point transform: bits that were left out.</param>
    /// <param name="Restart">Pixels between two restart markers; 0 if there are none.</param>
    public readonly record struct Form(int Predictor, int Bits, int Shift, int Restart);
}
