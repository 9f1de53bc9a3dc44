using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Decodes a scan of lossless JPEG (ISO/IEC 10918-1, annex H).</summary>
internal static class JpegLossless
{
    /// <summary>Predicts a sample by its neighbours (table H.1).</summary>
    private interface IPredictor
    {
        static abstract int Predict(int left, int above, int aboveLeft);
    }

    /// <param name="bits">The scan's bits.</param>
    /// <param name="components">Places of the scan's components within a pixel.</param>
    /// <param name="tables">The Huffman table of each of them.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>.</exception>
    public static void Decode(ref JpegBits bits, Form form, FrameSamples samples, ReadOnlySpan<int> components, ReadOnlySpan<HuffmanTable> tables)
    {
        switch (form.Predictor)
        {
            case 1:
                Decode<Left>(ref bits, form, samples, components, tables);
                break;
            case 2:
                Decode<Above>(ref bits, form, samples, components, tables);
                break;
            case 3:
                Decode<AboveLeft>(ref bits, form, samples, components, tables);
                break;
            case 4:
                Decode<Plane>(ref bits, form, samples, components, tables);
                break;
            case 5:
                Decode<LeftAndSlope>(ref bits, form, samples, components, tables);
                break;
            case 6:
                Decode<AboveAndSlope>(ref bits, form, samples, components, tables);
                break;
            default:
                Decode<Mean>(ref bits, form, samples, components, tables);
                break;
        }
    }

    private static void Decode<TPredictor>(ref JpegBits bits, Form form, FrameSamples samples, ReadOnlySpan<int> components, ReadOnlySpan<HuffmanTable> tables)
        where TPredictor : struct, IPredictor
    {
        var count = components.Length;
        var steps = new DifferenceStep[count << HuffmanTable.ShortBits];
        for (var component = 0; component < count; component++)
            tables[component].FillSteps(steps.AsSpan(component << HuffmanTable.ShortBits, 1 << HuffmanTable.ShortBits));
        // Pixel by pixel, as they come, and a pixel in front of them.
        var (above, current) = (new ushort[(samples.Width + 1) * count], new ushort[(samples.Width + 1) * count]);
        // Pixels up to the next restart.
        var left = form.Restart;
        for (var row = 0; row < samples.Height; row++)
        {
            var restarts = form.Restart > 0 && left == 0;
            if (restarts)
            {
                bits.Restart();
                left = form.Restart;
            }
            if (form.Restart > 0 && left < samples.Width)
                throw JpegFault.Malformed("it restarts within a line");
            left -= samples.Width;
            if (row == 0 || restarts)
            {
                current.AsSpan(0, count).Fill((ushort)(1 << (form.Bits - form.Shift - 1)));
                DecodeLine<Left>(ref bits, tables, steps, above, current);
            }
            else
            {
                // The first pixel is predicted by the one above, which all predictors do with these.
                above.AsSpan(count, count).CopyTo(above);
                above.AsSpan(0, count).CopyTo(current);
                DecodeLine<TPredictor>(ref bits, tables, steps, above, current);
            }
            Put(samples, row, components, current.AsSpan(count), form.Shift);
            (above, current) = (current, above);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeLine<TPredictor>(
        ref JpegBits bits, ReadOnlySpan<HuffmanTable> tables, ReadOnlySpan<DifferenceStep> steps, ReadOnlySpan<ushort> above, Span<ushort> current)
        where TPredictor : struct, IPredictor
    {
        var window = bits.Window;
        var count = tables.Length;
        above = above[..current.Length];
        for (var at = count; at < current.Length; at += count)
        {
            for (var component = 0; component < count; component++)
            {
                if (window.Count < BitWindow.Low)
                    window = bits.Refill(window);
                var step = steps[(component << HuffmanTable.ShortBits) | (int)(window.Bits >> (BitWindow.Size - HuffmanTable.ShortBits))];
                int difference;
                if (step.Used <= window.Count)
                {
                    difference = step.Of(window.Bits);
                    window = new(window.Bits << step.Used, window.Count - step.Used);
                }
                else
                {
                    bits.Window = window;
                    difference = tables[component].ReadDifference(ref bits);
                    window = bits.Window;
                }
                var place = at + component;
                current[place] = (ushort)(TPredictor.Predict(current[place - count], above[place], above[place - count]) + difference);
            }
        }
        bits.Window = window;
    }

    /// <param name="line">The scan's components, pixel by pixel.</param>
    private static void Put(FrameSamples samples, int row, ReadOnlySpan<int> components, ReadOnlySpan<ushort> line, int shift)
    {
        var count = components.Length;
        if (count == samples.Components && shift == 0 && IsInOrder(components))
        {
            samples.Put(row, line);
            return;
        }
        var one = new ushort[samples.Width];
        for (var component = 0; component < count; component++)
        {
            for (var at = 0; at < one.Length; at++)
                one[at] = (ushort)(line[(at * count) + component] << shift);
            samples.Put(row, components[component], one);
        }
    }

    private static bool IsInOrder(ReadOnlySpan<int> components)
    {
        for (var component = 0; component < components.Length; component++)
        {
            if (components[component] != component)
                return false;
        }
        return true;
    }

    /// <summary>How a scan was made.</summary>
    /// <param name="Predictor">1 to 7.</param>
    /// <param name="Bits">Bits of a sample.</param>
    /// <param name="Shift">The point transform: bits that were left out.</param>
    /// <param name="Restart">Pixels between two restart markers; 0 if there are none.</param>
    public readonly record struct Form(int Predictor, int Bits, int Shift, int Restart);

    private readonly struct Left : IPredictor
    {
        public static int Predict(int left, int above, int aboveLeft) => left;
    }

    private readonly struct Above : IPredictor
    {
        public static int Predict(int left, int above, int aboveLeft) => above;
    }

    private readonly struct AboveLeft : IPredictor
    {
        public static int Predict(int left, int above, int aboveLeft) => aboveLeft;
    }

    private readonly struct Plane : IPredictor
    {
        public static int Predict(int left, int above, int aboveLeft) => left + above - aboveLeft;
    }

    private readonly struct LeftAndSlope : IPredictor
    {
        public static int Predict(int left, int above, int aboveLeft) => left + ((above - aboveLeft) >> 1);
    }

    private readonly struct AboveAndSlope : IPredictor
    {
        public static int Predict(int left, int above, int aboveLeft) => above + ((left - aboveLeft) >> 1);
    }

    private readonly struct Mean : IPredictor
    {
        public static int Predict(int left, int above, int aboveLeft) => (left + above) >> 1;
    }
}
