using System.Numerics;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>The parameters of a JPEG-LS scan (ITU-T T.87, C.2.4.1.1). 0 stands for the default.</summary>
/// <param name="Most">MAXVAL: the greatest value of a sample.</param>
/// <param name="First">T1: the first threshold of a local gradient.</param>
/// <param name="Second">T2.</param>
/// <param name="Third">T3.</param>
/// <param name="Reset">RESET: after how many samples of a context its counts are halved.</param>
internal readonly record struct JpegLsParameters(int Most, int First, int Second, int Third, int Reset)
{
    /// <summary>NEAR: the greatest difference between a sample and its decoded value.</summary>
    public int Near { get; private init; }

    /// <summary>RANGE: how many prediction errors are told apart.</summary>
    public int Range => Near == 0 ? Most + 1 : ((Most + (2 * Near)) / Step) + 1;

    /// <summary>The distance of two values that are told apart.</summary>
    public int Step => (2 * Near) + 1;

    /// <summary>qbpp: bits of a prediction error.</summary>
    public int ErrorBits => BitsFor(Range);

    /// <summary>LIMIT: most bits of a code.</summary>
    public int Limit
    {
        get
        {
            var bits = Math.Max(2, BitsFor(Most + 1));
            return 2 * (bits + Math.Max(8, bits));
        }
    }

    /// <summary>Fills in the defaults.</summary>
    /// <param name="bits">Bits of a sample.</param>
    /// <param name="near">The scan's NEAR.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: the parameters contradict each other.</exception>
    public JpegLsParameters Complete(int bits, int near)
    {
        var most = Most == 0 ? (1 << bits) - 1 : Most;
        if (most >= 1 << bits || near > Math.Min(255, most / 2))
            throw JpegFault.Malformed("its greatest value or its allowed error does not fit its bits");
        // The defaults of 8 bits, stretched to the range.
        var (first, second, third) = (3, 7, 21);
        if (most >= 128)
        {
            var factor = (Math.Min(most, 4095) + 128) / 256;
            (first, second, third) = ((factor * (first - 2)) + 2 + (3 * near), (factor * (second - 3)) + 3 + (5 * near), (factor * (third - 4)) + 4 + (7 * near));
        }
        else
        {
            var factor = 256 / (most + 1);
            (first, second, third) = (Math.Max(2, (first / factor) + (3 * near)), Math.Max(3, (second / factor) + (5 * near)), Math.Max(4, (third / factor) + (7 * near)));
        }
        first = First != 0 ? First : Within(first, near + 1);
        second = Second != 0 ? Second : Within(second, first);
        third = Third != 0 ? Third : Within(third, second);
        var reset = Reset == 0 ? 64 : Reset;
        return near + 1 <= first && first <= second && second <= third && third <= most && reset is >= 3 and <= 65_535
            ? new(most, first, second, third, reset) { Near = near }
            : throw JpegFault.Malformed("its thresholds are out of order");

        int Within(int threshold, int least) => threshold > most || threshold < least ? least : threshold;
    }

    /// <summary>The class of each local gradient from -<see cref="Most"/> to it (A.3.3): -4 to 4.</summary>
    public sbyte[] Classes()
    {
        var classes = new sbyte[(2 * Most) + 1];
        // From the steepest to the flattest.
        foreach (var (less, level) in new[] { (Most + 1, 4), (Third, 3), (Second, 2), (First, 1), (Near + 1, 0) })
        {
            classes.AsSpan(Most, less).Fill((sbyte)level);
            classes.AsSpan(Most + 1 - less, less).Fill((sbyte)-level);
        }
        return classes;
    }

    private static int BitsFor(int values) => BitOperations.Log2((uint)values - 1) + 1;
}
