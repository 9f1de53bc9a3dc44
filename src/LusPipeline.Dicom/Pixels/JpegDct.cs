using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Decodes a grey scan of sequential DCT (ISO/IEC 10918-1, annexes A and F).</summary>
internal static class JpegDct
{
    /// <summary>Coefficients of a block.</summary>
    public const int Coefficients = Size * Size;

    private const int Size = 8;

    /// <summary>A run of 15 zeros and the zero behind it.</summary>
    private const int SixteenZeros = 0xF0;

    private static readonly float[] Cosines = MakeCosines();

    /// <summary>The order in which coefficients come: from low frequencies to high ones.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <param name="bits">The scan's bits.</param>
    /// <param name="precision">Bits of a sample.</param>
    /// <param name="restart">Blocks between two restart markers; 0 if there are none.</param>
    /// <param name="samples">Receives the samples.</param>
    /// <param name="steps">What each coefficient is multiplied by, in the order in which they come.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ref JpegBits bits, int precision, int restart, FrameSamples samples, HuffmanTable direct, HuffmanTable alternating, ReadOnlySpan<ushort> steps)
    {
        var rows = new ushort[Size][];
        var across = (samples.Width + Size - 1) / Size;
        for (var row = 0; row < Size; row++)
            rows[row] = new ushort[across * Size];
        Span<float> block = stackalloc float[Coefficients];
        var (level, left) = (0, restart);
        var middle = 1 << (precision - 1);
        for (var top = 0; top < samples.Height; top += Size)
        {
            for (var column = 0; column < across; column++)
            {
                if (restart > 0 && left-- == 0)
                {
                    bits.Restart();
                    (level, left) = (0, restart - 1);
                }
                ReadBlock(ref bits, direct, alternating, steps, block, ref level);
                Transform(block);
                for (var at = 0; at < Coefficients; at++)
                {
                    rows[at / Size][(column * Size) + (at % Size)] = (ushort)Math.Clamp(MathF.Round(block[at]) + middle, 0, (middle * 2) - 1);
                }
            }
            for (var row = top; row < Math.Min(top + Size, samples.Height); row++)
                samples.Put(row, 0, rows[row - top].AsSpan(0, samples.Width));
        }
    }

    /// <param name="level">The level of the block before; receives this one's.</param>
    private static void ReadBlock(ref JpegBits bits, HuffmanTable direct, HuffmanTable alternating, ReadOnlySpan<ushort> steps, scoped Span<float> block, ref int level)
    {
        block.Clear();
        var size = direct.Decode(ref bits);
        if (size > 15)
            throw JpegFault.Malformed("a coefficient has more than 15 bits");
        // 16 bits are what the coefficients of 12 bits need, and damaged ones do not grow without end.
        level = (short)(level + HuffmanTable.Number(ref bits, size));
        block[0] = level * steps[0];
        for (var at = 1; at < Coefficients; at++)
        {
            var code = alternating.Decode(ref bits);
            if (code == 0)
                return;
            at += code >> 4;
            if (code == SixteenZeros)
                continue;
            if (at >= Coefficients)
                throw JpegFault.Malformed("a block has more than 64 coefficients");
            block[Order[at]] = HuffmanTable.Number(ref bits, code & 0xF) * steps[at];
        }
    }

    /// <summary>The inverse transform, of the rows and then of the columns, eight sums at a time.</summary>
    private static void Transform(scoped Span<float> block)
    {
        ReadOnlySpan<float> cosines = Cosines;
        Span<float> half = stackalloc float[Coefficients];
        for (var row = 0; row < Coefficients; row += Size)
        {
            var sum = Vector256<float>.Zero;
            for (var frequency = 0; frequency < Size; frequency++)
                sum += Vector256.Create(cosines[(frequency * Size)..]) * block[row + frequency];
            sum.CopyTo(half[row..]);
        }
        for (var y = 0; y < Size; y++)
        {
            var sum = Vector256<float>.Zero;
            for (var frequency = 0; frequency < Size; frequency++)
                sum += Vector256.Create<float>(half[(frequency * Size)..]) * cosines[(frequency * Size) + y];
            sum.CopyTo(block[(y * Size)..]);
        }
    }

    private static float[] MakeCosines()
    {
        var cosines = new float[Coefficients];
        for (var frequency = 0; frequency < Size; frequency++)
        {
            for (var x = 0; x < Size; x++)
                cosines[(frequency * Size) + x] = (float)(Math.Cos(((2 * x) + 1) * frequency * Math.PI / (2 * Size)) * (frequency == 0 ? Math.Sqrt(1.0 / Size) : 0.5));
        }
        return cosines;
    }
}
