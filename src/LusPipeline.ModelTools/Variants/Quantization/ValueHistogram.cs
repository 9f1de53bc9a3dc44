using System.Numerics.Tensors;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>
/// The distribution of one tensor's values over all calibration frames, in a fixed amount of memory. It is a histogram symmetric around zero. If a value
/// does not fit, bins are merged in pairs, so that their width doubles.
/// </summary>
internal sealed class ValueHistogram
{
    private const int Half = 2048;
    private readonly long[] _counts = new long[2 * Half];
    private float _reach;
    private float _least;
    private float _greatest;

    /// <exception cref="InvalidDataException">A value is infinite or not a number.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return;
        var (least, greatest) = (TensorPrimitives.Min(values), TensorPrimitives.Max(values));
        var needed = Math.Max(-least, greatest);
        if (!float.IsFinite(needed))
            throw new InvalidDataException("a value inside the network is infinite or NaN");
        (_least, _greatest) = (Math.Min(_least, least), Math.Max(_greatest, greatest));
        Reach(needed);
        if (_reach == 0)
        {
            _counts[Half] += values.Length;
            return;
        }
        var perUnit = Half / _reach;
        foreach (var value in values)
            _counts[Math.Clamp((int)((value * perUnit) + Half), 0, (2 * Half) - 1)]++;
    }

    /// <summary>
    /// The range whose quantization to 8 bits has the smallest squared error over all values seen. Clipping a few large values gives the many small ones
    /// finer steps. The range always contains zero exactly.
    /// </summary>
    public AffineRange BestRange()
    {
        var best = AffineRange.Covering(_least, _greatest);
        var error = SquaredError(best);
        for (var percent = 98; percent >= 30; percent -= 2)
        {
            var candidate = AffineRange.Covering(_least * percent / 100, _greatest * percent / 100);
            var candidateError = SquaredError(candidate);
            if (candidateError < error)
                (best, error) = (candidate, candidateError);
        }
        return best;
    }

    private void Reach(float needed)
    {
        if (needed <= _reach)
            return;
        if (_reach == 0)
        {
            _reach = needed;
            return;
        }
        while (_reach < needed)
        {
            var merged = new long[2 * Half];
            for (var bin = 0; bin < 2 * Half; bin++)
                merged[(Half / 2) + (bin / 2)] += _counts[bin];
            merged.CopyTo(_counts, 0);
            _reach *= 2;
        }
    }

    private double SquaredError(AffineRange range)
    {
        var width = _reach / Half;
        double sum = 0;
        for (var bin = 0; bin < 2 * Half; bin++)
        {
            if (_counts[bin] == 0)
                continue;
            var value = (bin - Half + 0.5) * width;
            var error = Math.Clamp(value, range.Lowest, range.Highest) - value;
            // Within the range the error is uniform over a step, so its mean square is step²/12.
            sum += _counts[bin] * ((error * error) + ((double)range.Scale * range.Scale / 12));
        }
        return sum;
    }
}
