using System.Numerics;
using System.Runtime.CompilerServices;

namespace LusPipeline.Dicom.Pixels;

/// <summary>What a context of JPEG-LS has learned (ITU-T T.87, A.6), and what follows of it for the next sample.</summary>
internal struct JpegLsContext
{
    private const int LeastBias = -128;
    private const int MostBias = 127;

    // A, B and N.
    private int _magnitude;
    private int _sum;
    private int _count;

    // As bytes, for a context is to have 16 of them.
    private sbyte _bias;
    private byte _shift;
    private sbyte _flip;

    /// <param name="magnitude">The first A.</param>
    public JpegLsContext(int magnitude)
    {
        (_magnitude, _count) = (magnitude, 1);
        Foresee();
    }

    /// <summary>C: what is added to a prediction.</summary>
    public readonly int Bias => _bias;

    /// <summary>k: bits of an error's code behind its zeros.</summary>
    public readonly int Shift => _shift;

    /// <summary>-1 where the signs of errors change places if no loss is allowed, else 0.</summary>
    public readonly int Flip => _flip;

    /// <summary>Brings the context up to date with an error. Nothing here branches: what samples do next is hard to guess.</summary>
    /// <param name="error">In steps.</param>
    /// <param name="step">The distance of two values that are told apart.</param>
    /// <param name="reset">After how many samples the counts are halved.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Learn(int error, int step, int reset)
    {
        var halves = _count == reset ? 1 : 0;
        var magnitude = (_magnitude + ((error ^ (error >> 31)) - (error >> 31))) >> halves;
        var sum = (_sum + (error * step)) >> halves;
        var count = (_count >> halves) + 1;
        // All ones where the sum is too low or too high.
        var (low, high) = ((sum + count - 1) >> 31, -sum >> 31);
        sum += (count & low) - (count & high);
        _bias = (sbyte)Math.Clamp(_bias + low - high, LeastBias, MostBias);
        (_magnitude, _sum, _count) = (magnitude, Math.Min(Math.Max(sum, 1 - count), 0), count);
        Foresee();
    }

    /// <summary>k: the least number by which a count has to be shifted to reach a magnitude.</summary>
    /// <param name="count">1 to 65,535.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShiftOf(int count, int magnitude)
    {
        var shift = BitOperations.LeadingZeroCount((uint)count) - BitOperations.LeadingZeroCount((uint)magnitude);
        shift &= ~(shift >> 31);
        return shift + ((long)count << shift < magnitude ? 1 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Foresee()
    {
        var shift = ShiftOf(_count, _magnitude);
        _shift = (byte)shift;
        _flip = (sbyte)((((2 * _sum) + _count - 1) & (shift - 1)) >> 31);
    }
}
