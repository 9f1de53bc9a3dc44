using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>The reader of many bits at a time, beside one of a single bit at a time.</summary>
public sealed class JpegBitsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bits_are_those_of_a_reader_of_one_bit_at_a_time(bool stuffsBits)
    {
        var random = new Random(4711);
        for (var number = 0; number < 20_000; number++)
        {
            var code = Code(random, random.Next(48));
            var expected = Slowly(code, stuffsBits);
            var bits = new JpegBits(code, stuffsBits);
            var at = 0;
            while (true)
            {
                var count = random.Next(33);
                if (random.Next(3) == 0)
                {
                    var zeros = Zeros(expected, at);
                    if (at + zeros == expected.Count)
                    {
                        Assert.Equal(ReasonCode.Undecodable, Fault(ref bits, (ref reader) => reader.ReadZeros(500)));
                        break;
                    }
                    Assert.Equal(zeros, bits.ReadZeros(zeros));
                    at += zeros + 1;
                }
                else if (at + count > expected.Count)
                {
                    Assert.Equal(Value(expected, at, count), (uint)bits.Peek(count));
                    Assert.Equal(ReasonCode.Undecodable, Fault(ref bits, (ref reader) => reader.Read(count)));
                    break;
                }
                else
                {
                    Assert.Equal(Value(expected, at, count), (uint)bits.Read(count));
                    at += count;
                }
            }
        }
    }

    /// <summary>What a decoder's loop does: it refills its window when it is low, and takes what it can from it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_window_has_no_bit_too_few_or_too_many(bool stuffsBits)
    {
        var random = new Random(4711);
        for (var number = 0; number < 20_000; number++)
        {
            var code = Code(random, random.Next(48));
            var expected = Slowly(code, stuffsBits);
            var bits = new JpegBits(code, stuffsBits);
            var (window, at) = (default(BitWindow), 0);
            while (at < expected.Count)
            {
                if (window.Count < BitWindow.Low)
                    window = bits.Refill(window);
                Assert.InRange(window.Count, Math.Min(BitWindow.Low, expected.Count - at), Math.Min(BitWindow.Size - 1, expected.Count - at));
                Assert.Equal(Value(expected, at, 32), (uint)(window.Bits >> 32));
                Assert.Equal(Value(expected, at + 32, 32) & (uint)(window.Count > 32 ? ~(uint.MaxValue >> (window.Count - 32)) : 0), (uint)window.Bits);
                var step = random.Next(1, Math.Min(BitWindow.Low, window.Count) + 1);
                window = new(window.Bits << step, window.Count - step);
                at += step;
            }
            Assert.Equal(default, bits.Refill(window));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_marker_ends_the_bits_wherever_it_stands_in_the_window(bool stuffsBits)
    {
        byte[] stuffed = stuffsBits ? [0xFF, 0x7F] : [0xFF, 0];
        for (var length = 0; length <= 24; length++)
        {
            for (var ones = -1; ones <= length - 2; ones++)
            {
                var front = Enumerable.Repeat((byte)0xA5, length).ToArray();
                if (ones >= 0)
                    stuffed.CopyTo(front, ones);
                byte[] code = [.. front, 0xFF, 0xD3, 0x12, 0x34, 0x56];
                var expected = Slowly(code, stuffsBits);
                Assert.Equal(expected.Count, Slowly(front, stuffsBits).Count);
                for (var read = 0; read <= expected.Count; read++)
                {
                    var bits = new JpegBits(code, stuffsBits);
                    for (var bit = 0; bit < read; bit++)
                        Assert.Equal(expected[bit] ? 1 : 0, bits.Read(1));
                    if (read == expected.Count)
                        Assert.Equal(ReasonCode.Undecodable, Fault(ref bits, static (ref reader) => reader.Read(1)));
                    Assert.Equal(length, bits.ToMarker());
                    bits.Restart();
                    Assert.Equal(0x123456, bits.Read(24));
                }
            }
        }
    }

    [Fact]
    public void A_marker_that_does_not_restart_is_malformed()
    {
        var bits = new JpegBits([0x12, 0xFF, 0xD9], stuffsBits: false);

        Assert.Equal(ReasonCode.Undecodable, Fault(ref bits, static (ref reader) =>
        {
            reader.Restart();
            return 0;
        }));
    }

    private delegate int Reading(ref JpegBits bits);

    private static string? Fault(ref JpegBits bits, Reading read)
    {
        try
        {
            read(ref bits);
            return null;
        }
        catch (RejectedException rejected)
        {
            return rejected.Reason;
        }
    }

    /// <summary>Bytes with many ones, stuffed bytes and markers among them.</summary>
    private static byte[] Code(Random random, int length)
    {
        var code = new byte[length];
        for (var at = 0; at < length; at++)
            code[at] = random.Next(5) switch { 0 => 0xFF, 1 => 0, 2 when at > 0 && code[at - 1] == 0xFF => (byte)random.Next(0x80), _ => (byte)random.Next(256) };
        return code;
    }

    private static List<bool> Slowly(ReadOnlySpan<byte> code, bool stuffsBits)
    {
        var bits = new List<bool>();
        var first = 7;
        for (var at = 0; at < code.Length; at++)
        {
            var ones = code[at] == 0xFF;
            if (ones && (at + 1 == code.Length || (stuffsBits ? code[at + 1] >= 0x80 : code[at + 1] != 0)))
                break;
            for (var bit = first; bit >= 0; bit--)
                bits.Add(((code[at] >> bit) & 1) != 0);
            first = stuffsBits && ones ? 6 : 7;
            if (ones && !stuffsBits)
                at++;
        }
        return bits;
    }

    private static int Zeros(List<bool> bits, int at) => bits.Skip(at).TakeWhile(bit => !bit).Count();

    private static uint Value(List<bool> bits, int at, int count)
    {
        var value = 0u;
        for (var bit = 0; bit < count; bit++)
            value = (value << 1) | (at + bit < bits.Count && bits[at + bit] ? 1u : 0);
        return value;
    }
}
