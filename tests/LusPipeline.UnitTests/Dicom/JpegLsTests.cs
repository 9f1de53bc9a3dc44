using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>Frames in JPEG-LS of all sizes of samples and allowed errors.</summary>
public sealed class JpegLsTests
{
    private static readonly TransferSyntax Syntax = new("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", PixelCoding.JpegLs);

    public static TheoryData<int, int> Forms => [.. from bits in Enumerable.Range(2, 15) from near in new[] { 0, 1, 3 } where near <= ((1 << bits) - 1) / 2 - 1 select (bits, near)];

    /// <summary>The example of the standard (ITU-T T.87, H.3).</summary>
    [Fact]
    public void The_standards_example_is_decoded_as_it_says()
    {
        byte[] code =
        [
            0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0, 4, 0, 4, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0,
            0xC0, 0, 0, 0x6C, 0x80, 0x20, 0x8E, 1, 0xC0, 0, 0, 0x57, 0x40, 0, 0, 0x6E, 0xE6, 0, 0, 1, 0xBC, 0x18, 0, 0, 5, 0xD8, 0, 0, 0x91, 0x60, 0xFF, 0xD9,
        ];
        var samples = new byte[16];

        JpegLsFrame.Decode(code, new(samples, 4, 4, 1, IsWide: false), Syntax);

        Assert.Equal([0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145], samples);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Samples_come_out_as_the_writer_says(int bits, int near)
    {
        foreach (var (components, bySamples) in new[] { (1, false), (3, false), (3, true) })
        {
            foreach (var most in new[] { (1 << bits) - 1, (1 << bits) - 2 })
            {
                foreach (var reset in new[] { 3, 64 })
                {
                    var form = FormOf(components, bits, most, near, reset, bySamples);
                    var frame = Frame(form);
                    var code = JpegLsWriter.Code(form, frame, out var expected);
                    Assert.InRange(frame.Zip(expected, (one, other) => Math.Abs(one - other)).Max(), 0, near);

                    Assert.Equal(expected, Decode(form, code));
                }
            }
        }
    }

    /// <summary>A line that climbs or falls by more than a context can learn.</summary>
    [Theory]
    [InlineData(0, 200)]
    [InlineData(65_535, -200)]
    public void A_context_learns_no_more_than_the_standard_lets_it(int first, int step)
    {
        var form = new JpegLsWriter.Form(250, 3, 1, 16, 65_535, 0, 18, 67, 276, 64, BySamples: false);
        ushort[] frame = [.. Enumerable.Range(0, 750).Select(at => (ushort)(first + (at % 250 * step)))];

        Assert.Equal(frame, Decode(form, JpegLsWriter.Code(form, frame, out _)));
    }

    [Fact]
    public void A_frame_without_its_end_is_malformed_wherever_it_ends()
    {
        foreach (var (components, bits, near, bySamples) in new[] { (1, 8, 0, false), (3, 8, 1, false), (3, 8, 0, true), (1, 16, 0, false) })
        {
            var form = FormOf(components, bits, (1 << bits) - 1, near, 64, bySamples);
            var code = JpegLsWriter.Code(form, Frame(form), out _);
            for (var length = 0; length < code.Length - 2; length++)
                Assert.Equal(ReasonCode.Undecodable, Assert.Throws<RejectedException>(() => Decode(form, code[..length])).Reason);
            _ = Decode(form, code[..^2]);
        }
    }

    private static JpegLsWriter.Form FormOf(int components, int bits, int most, int near, int reset, bool bySamples)
    {
        var first = Math.Min(near + 2, most);
        var second = Math.Min(first + 4, most);
        return new(37, 19, components, bits, most, near, first, second, Math.Min(second + 14, most), reset, bySamples);
    }

    /// <summary>A flat part, a smooth one, one with few values, and noise.</summary>
    private static ushort[] Frame(JpegLsWriter.Form form)
    {
        var random = new Random(form.Bits);
        var frame = new ushort[form.Width * form.Height * form.Components];
        for (var at = 0; at < frame.Length; at++)
        {
            var value = (at * 4 / frame.Length) switch
            {
                0 => random.Next(50) == 0 ? form.Most : 0,
                1 => at / 5,
                2 => random.Next(2) * Math.Min(3, form.Most),
                _ => random.Next(form.Most + 1),
            };
            frame[at] = (ushort)(value % (form.Most + 1));
        }
        return frame;
    }

    private static ushort[] Decode(JpegLsWriter.Form form, byte[] code)
    {
        var samples = new byte[form.Width * form.Height * form.Components * 2];
        JpegLsFrame.Decode(code, new(samples, form.Width, form.Height, form.Components, IsWide: true), Syntax);
        return [.. samples.Chunk(2).Select(pair => (ushort)(pair[0] | (pair[1] << 8)))];
    }
}
