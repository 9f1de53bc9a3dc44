using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Reads the bits of a scan, the most significant one of a byte first. A byte of ones is followed by a stuffed byte or bit, or by a marker.</summary>
/// <param name="code">The scan and what follows it.</param>
/// <param name="stuffsBits">Whether one bit is stuffed behind a byte of ones (JPEG-LS), not a byte (JPEG).</param>
internal ref struct JpegBits(ReadOnlySpan<byte> code, bool stuffsBits)
{
    private const byte Ones = 0xFF;

    private readonly ReadOnlySpan<byte> _code = code;
    private int _next;

    /// <summary>What was read of the code and not consumed yet.</summary>
    public BitWindow Window { get; set; }

    /// <summary>Bytes up to the marker that ends what was read so far. Bits that are left of it are dropped.</summary>
    public int ToMarker()
    {
        Window = default;
        while (_next + 1 < _code.Length && !(_code[_next] == Ones && (stuffsBits ? _code[_next + 1] >= 0x80 : _code[_next + 1] != 0)))
            _next++;
        return _next + 1 < _code.Length ? _next : _code.Length;
    }

    /// <summary>Goes behind a restart marker.</summary>
    /// <exception cref="RejectedException"><c>undecodable</c>: it is not there.</exception>
    public void Restart()
    {
        var at = ToMarker();
        if (at + 2 > _code.Length || _code[at + 1] is not (>= 0xD0 and <= 0xD7))
            throw JpegFault.Malformed("a restart marker is missing");
        _next = at + 2;
    }

    /// <summary>The next bits, without consuming them; zeros behind the scan's end.</summary>
    /// <param name="count">1 to 32.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Peek(int count)
    {
        if (Window.Count < count)
            Window = Refill(Window);
        return (int)(Window.Bits >> (BitWindow.Size - count));
    }

    /// <summary>Consumes bits.</summary>
    /// <param name="count">0 to 32.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: the scan ends before.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        if (Window.Count < count)
            RefillFor(count);
        Window = new(Window.Bits << count, Window.Count - count);
    }

    /// <param name="count">0 to 32.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: the scan ends before.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(int count)
    {
        if (count == 0)
            return 0;
        var value = Peek(count);
        Skip(count);
        return value;
    }

    /// <summary>Counts zeros up to the next one, and consumes them and it.</summary>
    /// <param name="most">The most zeros that may stand there.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: there are more, or the scan ends before.</exception>
    public int ReadZeros(int most)
    {
        var zeros = 0;
        while (true)
        {
            if (Window.Count == 0)
                RefillFor(1);
            var leading = Math.Min(BitOperations.LeadingZeroCount(Window.Bits), Window.Count);
            zeros += leading;
            if (zeros > most)
                throw JpegFault.Malformed("a code is too long");
            if (leading < Window.Count)
            {
                Skip(leading + 1);
                return zeros;
            }
            Window = default;
        }
    }

    /// <summary>Adds bits to a window of this code, which has <see cref="BitWindow.Low"/> of them then, or all that the scan has left.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public BitWindow Refill(BitWindow window)
    {
        // Eight bytes at once where none of them is a byte of ones, and no bit is stuffed in front of them.
        if (_next + 8 <= _code.Length && !(stuffsBits && _next > 0 && _code[_next - 1] == Ones))
        {
            var eight = BinaryPrimitives.ReadUInt64BigEndian(_code[_next..]);
            if (((~eight - 0x0101_0101_0101_0101u) & eight & 0x8080_8080_8080_8080u) == 0)
            {
                var whole = (BitWindow.Size - 1 - window.Count) & ~7;
                _next += whole >> 3;
                // Shifting by all 64 bits at once would shift by none.
                return new(window.Bits | (eight >> (BitWindow.Size - 1 - whole) >> 1 << (BitWindow.Size - whole - window.Count)), window.Count + whole);
            }
        }
        return RefillByBytes(window);
    }

    private BitWindow RefillByBytes(BitWindow window)
    {
        var (all, count) = window;
        while (count < BitWindow.Size - 8 && _next < _code.Length)
        {
            var value = _code[_next];
            var bits = 8;
            if (stuffsBits)
            {
                if (value == Ones && (_next + 1 == _code.Length || _code[_next + 1] >= 0x80))
                    break;
                // Behind a byte of ones the first bit is stuffed.
                if (_next > 0 && _code[_next - 1] == Ones)
                    bits = 7;
            }
            else if (value == Ones)
            {
                if (_next + 1 == _code.Length || _code[_next + 1] != 0)
                    break;
                _next++;
            }
            all |= (ulong)value << (BitWindow.Size - bits - count);
            count += bits;
            _next++;
        }
        return new(all, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RefillFor(int count)
    {
        Window = Refill(Window);
        if (Window.Count < count)
            throw JpegFault.Ended();
    }
}
