using System.Runtime.CompilerServices;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Decodes one scan of JPEG-LS (ITU-T T.87, annex A).</summary>
internal ref struct JpegLsScan
{
    private const int RunContexts = 365;
    private const int Contexts = RunContexts + 2;
    private const int LeastBias = -128;
    private const int MostBias = 127;

    private readonly JpegLsParameters _parameters;
    private readonly int _near;
    private readonly int _step;
    private readonly int _range;
    private readonly int _errorBits;

    /// <summary>The class of each local gradient from -MAXVAL to MAXVAL.</summary>
    private readonly sbyte[] _classes;

    // A, B, C and N of the contexts. The last two are those of ends of runs; their B counts negative errors.
    private readonly int[] _magnitudes = new int[Contexts];
    private readonly int[] _sums = new int[Contexts];
    private readonly int[] _biases = new int[Contexts];
    private readonly int[] _counts = new int[Contexts];

    private JpegBits _bits;

    public JpegLsScan(JpegLsParameters parameters, ReadOnlySpan<byte> code)
    {
        _parameters = parameters;
        (_near, _step, _range, _errorBits) = (parameters.Near, parameters.Step, parameters.Range, parameters.ErrorBits);
        _bits = new(code, stuffsBits: true);
        _classes = new sbyte[(2 * parameters.Most) + 1];
        for (var gradient = -parameters.Most; gradient <= parameters.Most; gradient++)
            _classes[gradient + parameters.Most] = Class(parameters, gradient);
        Array.Fill(_magnitudes, Math.Max(2, (_range + 32) / 64));
        Array.Fill(_counts, 1);
    }

    /// <summary>Bytes of the scan, once it is decoded.</summary>
    public int Position => _bits.ToMarker();

    /// <summary>Lengths of runs, as powers of 2 (J).</summary>
    private static ReadOnlySpan<byte> RunLengths => [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>Decodes a scan whose components come one after another, line by line.</summary>
    /// <param name="components">Places of the components within a pixel.</param>
    public void DecodeLines(FrameSamples samples, ReadOnlySpan<int> components)
    {
        var lines = new LinePair[components.Length];
        for (var component = 0; component < lines.Length; component++)
            lines[component] = new(samples.Width);
        for (var row = 0; row < samples.Height; row++)
        {
            for (var component = 0; component < lines.Length; component++)
            {
                lines[component].Begin();
                DecodeLine(lines[component]);
                samples.Put(row, components[component], lines[component].Line);
            }
        }
    }

    /// <summary>Decodes a scan whose components come pixel by pixel. A run is one of all components.</summary>
    /// <param name="components">Places of the components within a pixel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DecodePixels(FrameSamples samples, ReadOnlySpan<int> components)
    {
        var lines = new LinePair[components.Length];
        for (var component = 0; component < lines.Length; component++)
            lines[component] = new(samples.Width);
        var run = 0;
        for (var row = 0; row < samples.Height; row++)
        {
            foreach (var line in lines)
                line.Begin();
            for (var at = 1; at <= samples.Width; at++)
            {
                var flat = true;
                foreach (var line in lines)
                    flat &= ContextOf(line, at) == 0;
                if (!flat)
                {
                    foreach (var line in lines)
                        line.Current[at] = (ushort)DecodeRegular(line, at, ContextOf(line, at));
                    continue;
                }
                var length = DecodeRun(samples.Width + 1 - at, ref run);
                foreach (var line in lines)
                    line.Current.AsSpan(at, length).Fill(line.Current[at - 1]);
                at += length;
                if (at > samples.Width)
                    break;
                foreach (var line in lines)
                {
                    var (left, above) = (line.Current[at - 1], line.Previous[at]);
                    line.Current[at] = (ushort)Reconstruct(above, DecodeRunEnd(0, run) * (above >= left ? 1 : -1));
                }
                run = Math.Max(0, run - 1);
            }
            for (var component = 0; component < lines.Length; component++)
                samples.Put(row, components[component], lines[component].Line);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DecodeLine(LinePair line)
    {
        var width = line.Current.Length - 2;
        for (var at = 1; at <= width; at++)
        {
            if (ContextOf(line, at) is var context and not 0)
            {
                line.Current[at] = (ushort)DecodeRegular(line, at, context);
                continue;
            }
            var length = DecodeRun(width + 1 - at, ref line.Run);
            line.Current.AsSpan(at, length).Fill(line.Current[at - 1]);
            at += length;
            if (at > width)
                return;
            var (left, above) = (line.Current[at - 1], line.Previous[at]);
            line.Current[at] = Math.Abs(left - above) <= _near
                ? (ushort)Reconstruct(left, DecodeRunEnd(1, line.Run))
                : (ushort)Reconstruct(above, DecodeRunEnd(0, line.Run) * (above >= left ? 1 : -1));
            line.Run = Math.Max(0, line.Run - 1);
        }
    }

    /// <summary>The classes of the three local gradients as one number, 0 where all are flat. Its sign is that of the first one that is not.</summary>
    private readonly int ContextOf(LinePair line, int at)
    {
        var (left, aboveLeft, above, aboveRight) = (line.Current[at - 1], line.Previous[at - 1], line.Previous[at], line.Previous[at + 1]);
        var most = _parameters.Most;
        return (((_classes[aboveRight - above + most] * 9) + _classes[above - aboveLeft + most]) * 9) + _classes[aboveLeft - left + most];
    }

    private int DecodeRegular(LinePair line, int at, int context)
    {
        var (left, aboveLeft, above) = (line.Current[at - 1], line.Previous[at - 1], line.Previous[at]);
        int predicted = aboveLeft >= Math.Max(left, above) ? Math.Min(left, above)
            : aboveLeft <= Math.Min(left, above) ? Math.Max(left, above)
            : left + above - aboveLeft;
        var (index, sign) = context < 0 ? (-context, -1) : (context, 1);
        predicted = Math.Clamp(predicted + (sign * _biases[index]), 0, _parameters.Most);
        var shift = Shift(_counts[index], _magnitudes[index]);
        var code = ReadCode(shift, _parameters.Limit);
        var error = (code & 1) == 0 ? code >> 1 : -((code + 1) >> 1);
        if (_near == 0 && shift == 0 && 2 * _sums[index] <= -_counts[index])
            error = -error - 1;
        Learn(index, error);
        return Reconstruct(predicted, sign * error);
    }

    /// <summary>Brings a context up to date with an error (A.6).</summary>
    private readonly void Learn(int index, int error)
    {
        var sum = _sums[index] + (error * _step);
        var magnitude = _magnitudes[index] + Math.Abs(error);
        var count = _counts[index];
        if (count == _parameters.Reset)
            (sum, magnitude, count) = (sum >> 1, magnitude >> 1, count >> 1);
        count++;
        if (sum <= -count)
        {
            sum = Math.Max(sum + count, 1 - count);
            _biases[index] = Math.Max(_biases[index] - 1, LeastBias);
        }
        else if (sum > 0)
        {
            sum = Math.Min(sum - count, 0);
            _biases[index] = Math.Min(_biases[index] + 1, MostBias);
        }
        (_sums[index], _magnitudes[index], _counts[index]) = (sum, magnitude, count);
    }

    /// <summary>Reads how many pixels a run has.</summary>
    /// <param name="left">Pixels up to the end of the line.</param>
    /// <param name="run">RUNindex.</param>
    private int DecodeRun(int left, ref int run)
    {
        var length = 0;
        while (_bits.Read(1) == 1)
        {
            var whole = 1 << RunLengths[run];
            if (whole <= left - length)
                run = Math.Min(run + 1, RunLengths.Length - 1);
            length += Math.Min(whole, left - length);
            if (length == left)
                return length;
        }
        length += _bits.Read(RunLengths[run]);
        return length < left ? length : throw JpegFault.Malformed("a run is longer than its line");
    }

    /// <summary>Reads the error of the pixel that ends a run (A.7.2).</summary>
    /// <param name="kind">RItype: 1 where the pixels to the left and above are alike.</param>
    /// <param name="run">RUNindex.</param>
    private int DecodeRunEnd(int kind, int run)
    {
        var index = RunContexts + kind;
        var count = _counts[index];
        var shift = Shift(count, _magnitudes[index] + (kind * (count >> 1)));
        var code = ReadCode(shift, _parameters.Limit - RunLengths[run] - 1);
        var mapped = code + kind;
        var isOdd = (mapped & 1) != 0;
        var error = (mapped + (mapped & 1)) / 2;
        if ((shift != 0 || 2 * _sums[index] >= count) == isOdd)
            error = -error;
        if (error < 0)
            _sums[index]++;
        _magnitudes[index] += (code + 1 - kind) >> 1;
        if (count == _parameters.Reset)
        {
            _magnitudes[index] >>= 1;
            _sums[index] >>= 1;
            count >>= 1;
        }
        _counts[index] = count + 1;
        return error;
    }

    /// <summary>Reads a code of limited length (A.5.3).</summary>
    private int ReadCode(int shift, int limit)
    {
        var most = limit - _errorBits - 1;
        var zeros = _bits.ReadZeros(most);
        var code = zeros < most ? ((long)zeros << shift) + _bits.Read(shift) : _bits.Read(_errorBits) + 1L;
        return code <= 2L * _range ? (int)code : throw JpegFault.Malformed("a prediction error is out of range");
    }

    /// <summary>k: the least number by which the count has to be shifted to reach the magnitude.</summary>
    private static int Shift(int count, int magnitude)
    {
        var shift = 0;
        while ((long)count << shift < magnitude)
            shift++;
        return shift;
    }

    private readonly int Reconstruct(int predicted, int error)
    {
        var value = predicted + (error * _step);
        if (value < -_near)
            value += _range * _step;
        else if (value > _parameters.Most + _near)
            value -= _range * _step;
        return Math.Clamp(value, 0, _parameters.Most);
    }

    private static sbyte Class(JpegLsParameters parameters, int gradient)
    {
        var size = Math.Abs(gradient);
        var level = size <= parameters.Near ? 0 : size < parameters.First ? 1 : size < parameters.Second ? 2 : size < parameters.Third ? 3 : 4;
        return (sbyte)(gradient < 0 ? -level : level);
    }

    /// <summary>A line of a component and the line above it, with a pixel more on each side.</summary>
    private sealed class LinePair(int width)
    {
        private readonly int _width = width;

        public ushort[] Previous { get; private set; } = new ushort[width + 2];

        public ushort[] Current { get; private set; } = new ushort[width + 2];

        /// <summary>RUNindex.</summary>
        public int Run;

        public ReadOnlySpan<ushort> Line => Current.AsSpan(1, _width);

        public void Begin()
        {
            (Previous, Current) = (Current, Previous);
            Previous[_width + 1] = Previous[_width];
            Current[0] = Previous[1];
        }
    }
}
