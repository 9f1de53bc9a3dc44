using System.Numerics;
using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Decodes one scan of JPEG-LS (ITU-T T.87, annex A).</summary>
internal ref struct JpegLsScan
{
    private const int Contexts = 365;

    private readonly JpegLsParameters _parameters;
    private readonly int _near;
    private readonly int _step;
    private readonly int _range;
    private readonly int _errorBits;

    /// <summary>Zeros in front of an error that is not coded by their number.</summary>
    private readonly int _mostZeros;

    /// <summary>Whether no loss is allowed and the samples use all of their bits.</summary>
    private readonly bool _isExact;

    /// <summary>The class of each local gradient from -MAXVAL to MAXVAL.</summary>
    private readonly sbyte[] _classes;

    private readonly JpegLsContext[] _contexts = new JpegLsContext[Contexts];
    private readonly JpegLsRunEnd[] _runEnds = new JpegLsRunEnd[2];

    private JpegBits _bits;

    public JpegLsScan(JpegLsParameters parameters, ReadOnlySpan<byte> code)
    {
        _parameters = parameters;
        (_near, _step, _range, _errorBits) = (parameters.Near, parameters.Step, parameters.Range, parameters.ErrorBits);
        _mostZeros = parameters.Limit - _errorBits - 1;
        _isExact = _near == 0 && BitOperations.IsPow2(_range);
        _bits = new(code, stuffsBits: true);
        _classes = parameters.Classes();
        var magnitude = Math.Max(2, (_range + 32) / 64);
        Array.Fill(_contexts, new(magnitude));
        Array.Fill(_runEnds, new(magnitude));
    }

    /// <summary>What the compiler is to know of a scan.</summary>
    private interface IKind
    {
        static abstract bool IsExact { get; }
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
                if (_isExact)
                    DecodeLine<Exact>(lines[component]);
                else
                    DecodeLine<Any>(lines[component]);
                samples.Put(row, components[component], lines[component].Line);
            }
        }
    }

    /// <summary>Decodes a scan whose components come pixel by pixel. A run is one of all components.</summary>
    /// <param name="components">Places of the components within a pixel.</param>
    public void DecodePixels(FrameSamples samples, ReadOnlySpan<int> components)
    {
        var lines = new LinePair[components.Length];
        for (var component = 0; component < lines.Length; component++)
            lines[component] = new(samples.Width);
        for (var row = 0; row < samples.Height; row++)
        {
            foreach (var line in lines)
                line.Begin();
            if (_isExact)
                DecodeLines<Exact>(lines);
            else
                DecodeLines<Any>(lines);
            for (var component = 0; component < lines.Length; component++)
                samples.Put(row, components[component], lines[component].Line);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DecodeLine<TKind>(LinePair line)
        where TKind : struct, IKind
    {
        var window = _bits.Window;
        ReadOnlySpan<sbyte> classes = _classes;
        ReadOnlySpan<ushort> previous = line.Previous;
        var current = line.Current.AsSpan(0, previous.Length);
        var most = _parameters.Most;
        var width = previous.Length - 2;
        int left = current[0], aboveLeft = previous[0], above = previous[1];
        for (var at = 1; at <= width; at++)
        {
            int aboveRight = previous[at + 1];
            var context = (((classes[aboveRight - above + most] * 9) + classes[above - aboveLeft + most]) * 9) + classes[aboveLeft - left + most];
            if (context != 0)
            {
                left = DecodeRegular<TKind>(ref window, context, left, aboveLeft, above);
                current[at] = (ushort)left;
                (aboveLeft, above) = (above, aboveRight);
                continue;
            }
            _bits.Window = window;
            at = DecodeRun(line, at);
            if (at > width)
                return;
            window = _bits.Window;
            left = current[at];
            (aboveLeft, above) = (previous[at], previous[at + 1]);
        }
        _bits.Window = window;
    }

    /// <summary>Decodes a run of one component and the pixel that ends it.</summary>
    /// <returns>The place of that pixel, or the one behind the line.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private int DecodeRun(LinePair line, int at)
    {
        var (previous, current) = (line.Previous, line.Current);
        var left = current[at - 1];
        var length = DecodeRun(previous.Length - 1 - at, ref line.Run);
        current.AsSpan(at, length).Fill(left);
        at += length;
        if (at >= previous.Length - 1)
            return at;
        var above = previous[at];
        current[at] = (ushort)(Math.Abs(left - above) <= _near
            ? Reconstruct(left, DecodeRunEnd(1, line.Run))
            : Reconstruct(above, DecodeRunEnd(0, line.Run) * (above >= left ? 1 : -1)));
        line.Run = Math.Max(0, line.Run - 1);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DecodeLines<TKind>(LinePair[] lines)
        where TKind : struct, IKind
    {
        var window = _bits.Window;
        var width = lines[0].Line.Length;
        ref var run = ref lines[0].Run;
        Span<int> contexts = stackalloc int[lines.Length];
        for (var at = 1; at <= width; at++)
        {
            for (var component = 0; component < lines.Length; component++)
                contexts[component] = ContextOf(lines[component], at);
            if (contexts.ContainsAnyExcept(0))
            {
                for (var component = 0; component < lines.Length; component++)
                {
                    var line = lines[component];
                    line.Current[at] = (ushort)DecodeRegular<TKind>(ref window, contexts[component], line.Current[at - 1], line.Previous[at - 1], line.Previous[at]);
                }
                continue;
            }
            _bits.Window = window;
            var length = DecodeRun(width + 1 - at, ref run);
            foreach (var line in lines)
                line.Current.AsSpan(at, length).Fill(line.Current[at - 1]);
            at += length;
            if (at > width)
                return;
            foreach (var line in lines)
            {
                var (left, above) = (line.Current[at - 1], line.Previous[at]);
                line.Current[at] = (ushort)Reconstruct(above, DecodeRunEnd(0, run) * (above >= left ? 1 : -1));
            }
            run = Math.Max(0, run - 1);
            window = _bits.Window;
        }
        _bits.Window = window;
    }

    /// <summary>The classes of the three local gradients as one number, 0 where all are flat. Its sign is that of the first one that is not.</summary>
    private readonly int ContextOf(LinePair line, int at)
    {
        var (left, aboveLeft, above, aboveRight) = (line.Current[at - 1], line.Previous[at - 1], line.Previous[at], line.Previous[at + 1]);
        var most = _parameters.Most;
        return (((_classes[aboveRight - above + most] * 9) + _classes[above - aboveLeft + most]) * 9) + _classes[aboveLeft - left + most];
    }

    /// <summary>Decodes a sample outside of runs.</summary>
    /// <param name="window">The next bits.</param>
    /// <param name="context">See <see cref="ContextOf"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int DecodeRegular<TKind>(ref BitWindow window, int context, int left, int aboveLeft, int above)
        where TKind : struct, IKind
    {
        // All ones for a negative one. A number is negated by (number ^ sign) - sign.
        var sign = context >> 31;
        ref var learned = ref _contexts[(context ^ sign) - sign];
        var predicted = Median(left, above, aboveLeft);
        predicted = Math.Min(Math.Max(predicted + ((learned.Bias ^ sign) - sign), 0), _parameters.Most);
        var code = ReadCode(ref window, learned.Shift, _mostZeros);
        var error = (code >> 1) ^ -(code & 1);
        if (TKind.IsExact)
        {
            error ^= learned.Flip;
            learned.Learn(error, 1, _parameters.Reset);
            return (predicted + ((error ^ sign) - sign)) & _parameters.Most;
        }
        if (_near == 0)
            error ^= learned.Flip;
        learned.Learn(error, _step, _parameters.Reset);
        return Reconstruct(predicted, (error ^ sign) - sign);
    }

    /// <summary>Reads how many pixels a run has.</summary>
    /// <param name="left">Pixels up to the end of the line.</param>
    /// <param name="run">RUNindex.</param>
    private int DecodeRun(int left, ref int run)
    {
        var window = _bits.Window;
        var length = 0;
        while (true)
        {
            if (window.Count < BitWindow.Low)
                window = _bits.Refill(window);
            var rest = RunLengths[run];
            if (window.Bits >> (BitWindow.Size - 1) == 0)
            {
                if (window.Count < rest + 1)
                    throw JpegFault.Ended();
                length += (int)(window.Bits >> (BitWindow.Size - 1 - rest));
                if (length >= left)
                    throw JpegFault.Malformed("a run is longer than its line");
                _bits.Window = new(window.Bits << (rest + 1), window.Count - rest - 1);
                return length;
            }
            window = new(window.Bits << 1, window.Count - 1);
            var whole = 1 << rest;
            if (whole <= left - length)
                run = Math.Min(run + 1, RunLengths.Length - 1);
            length += Math.Min(whole, left - length);
            if (length < left)
                continue;
            _bits.Window = window;
            return length;
        }
    }

    /// <summary>Reads the error of the pixel that ends a run (A.7.2).</summary>
    /// <param name="kind">RItype: 1 where the pixels to the left and above are alike.</param>
    /// <param name="run">RUNindex.</param>
    private int DecodeRunEnd(int kind, int run)
    {
        ref var learned = ref _runEnds[kind];
        var shift = learned.Shift(kind);
        var window = _bits.Window;
        var code = ReadCode(ref window, shift, _mostZeros - RunLengths[run] - 1);
        _bits.Window = window;
        return learned.Learn(code, kind, shift, _parameters.Reset);
    }

    /// <summary>Reads a code of limited length (A.5.3).</summary>
    /// <param name="window">The next bits.</param>
    /// <param name="most">Zeros in front of an error that is not coded by their number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ReadCode(ref BitWindow window, int shift, int most)
    {
        if (window.Count < BitWindow.Low)
            window = _bits.Refill(window);
        var zeros = BitOperations.LeadingZeroCount(window.Bits);
        var used = zeros + 1 + shift;
        int code;
        if (used <= window.Count && zeros < most)
        {
            // The one behind the zeros is taken for one of the number.
            code = ((zeros - 1) << shift) + (int)(window.Bits >> (BitWindow.Size - used));
            window = new(window.Bits << used, window.Count - used);
        }
        else
        {
            _bits.Window = window;
            code = ReadLongCode(shift, most);
            window = _bits.Window;
        }
        return (uint)code <= 2 * (uint)_range ? code : throw OutOfRange();
    }

    /// <summary>The same, of any length.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadLongCode(int shift, int most)
    {
        var zeros = _bits.ReadZeros(most);
        return (int)Math.Min(int.MaxValue, zeros < most ? ((long)zeros << shift) + _bits.Read(shift) : _bits.Read(_errorBits) + 1L);
    }

    /// <summary>The middle one of left, above and left + above - aboveLeft. It does not branch, for which one it is is hard to guess.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Median(int left, int above, int aboveLeft)
    {
        var less = (left - above) & ((left - above) >> 31);
        var (lower, upper) = (above + less, left - less);
        var over = upper - lower + ((lower - aboveLeft) & ((lower - aboveLeft) >> 31));
        return lower + (over & ~(over >> 31));
    }

    private static RejectedException OutOfRange() => JpegFault.Malformed("a prediction error is out of range");

    private readonly int Reconstruct(int predicted, int error)
    {
        var value = predicted + (error * _step);
        if (value < -_near)
            value += _range * _step;
        else if (value > _parameters.Most + _near)
            value -= _range * _step;
        return Math.Clamp(value, 0, _parameters.Most);
    }

    /// <summary>No loss is allowed, and the samples use all of their bits.</summary>
    private readonly struct Exact : IKind
    {
        public static bool IsExact => true;
    }

    private readonly struct Any : IKind
    {
        public static bool IsExact => false;
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
