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
    private const int CacheBits = 64;

    private readonly ReadOnlySpan<byte> _code = code;
    private ulong _cache;
    private int _cached;
    private int _next;

    /// <summary>Bytes up to the marker that ends what was read so far. Bits that are left of it are dropped.</summary>
    public int ToMarker()
    {
        (_cache, _cached) = (0, 0);
        while (_next + 1 < _code.Length && !(_code[_next] == 0xFF && (stuffsBits ? _code[_next + 1] >= 0x80 : _code[_next + 1] != 0)))
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
        if (_cached < count)
            Fill();
        return (int)(_cache >> (CacheBits - count));
    }

    /// <summary>Consumes bits.</summary>
    /// <exception cref="RejectedException"><c>undecodable</c>: the scan ends before.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        if (_cached < count)
            FillFor(count);
        _cache <<= count;
        _cached -= count;
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadZeros(int most)
    {
        var leading = BitOperations.LeadingZeroCount(_cache);
        if (leading >= _cached || leading > most)
            return ReadMoreZeros(most);
        // Shifting by all 64 bits at once would shift by none.
        _cache = _cache << leading << 1;
        _cached -= leading + 1;
        return leading;
    }

    private int ReadMoreZeros(int most)
    {
        var zeros = 0;
        while (true)
        {
            if (_cached == 0)
                Fill();
            var leading = BitOperations.LeadingZeroCount(_cache);
            if (leading < _cached)
            {
                zeros += leading;
                if (zeros > most)
                    throw JpegFault.Malformed("a code is too long");
                _cache = _cache << leading << 1;
                _cached -= leading + 1;
                return zeros;
            }
            zeros += _cached;
            if (_cached == 0)
                throw JpegFault.Malformed("its scan ends too early");
            if (zeros > most)
                throw JpegFault.Malformed("a code is too long");
            (_cache, _cached) = (0, 0);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FillFor(int count)
    {
        Fill();
        if (_cached < count)
            throw JpegFault.Malformed("its scan ends too early");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fill()
    {
        // Four bytes at once where none of them is a byte of ones, and no bit is stuffed in front of them.
        if (_cached <= CacheBits - 32 && _next + 4 <= _code.Length && !(stuffsBits && _next > 0 && _code[_next - 1] == 0xFF))
        {
            var four = BinaryPrimitives.ReadUInt32BigEndian(_code[_next..]);
            if (((~four - 0x0101_0101u) & four & 0x8080_8080u) == 0)
            {
                _cache |= (ulong)four << (CacheBits - 32 - _cached);
                _cached += 32;
                _next += 4;
                return;
            }
        }
        while (_cached <= CacheBits - 8 && _next < _code.Length)
        {
            var value = _code[_next];
            if (stuffsBits)
            {
                if (value == 0xFF && (_next + 1 == _code.Length || _code[_next + 1] >= 0x80))
                    return;
                // Behind a byte of ones the first bit is stuffed.
                var bits = _next > 0 && _code[_next - 1] == 0xFF ? 7 : 8;
                _cache |= (ulong)value << (CacheBits - bits - _cached);
                _cached += bits;
                _next++;
                continue;
            }
            if (value == 0xFF)
            {
                if (_next + 1 == _code.Length || _code[_next + 1] != 0)
                    return;
                _next++;
            }
            _cache |= (ulong)value << (CacheBits - 8 - _cached);
            _cached += 8;
            _next++;
        }
    }
}
