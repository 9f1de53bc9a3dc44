using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>Frames in lossless JPEG of all sizes of samples, by a writer that is as plain as the standard.</summary>
public sealed class JpegLosslessTests
{
    private const int Width = 23;
    private const int Height = 9;

    private static readonly TransferSyntax Syntax = new("1.2.840.10008.1.2.4.70", "JPEG Lossless", PixelCoding.JpegLossless);

    /// <summary>Numbers of codes of 1 to 16 bits for the sizes 0 to 16: those from 14 are longer than what is looked up at once.</summary>
    private static readonly byte[] Lengths = [0, 0, 7, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0];

    public static TheoryData<int, int> Forms => [.. from bits in Enumerable.Range(2, 15) from predictor in Enumerable.Range(1, 7) select (bits, predictor)];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Samples_come_out_as_they_went_in(int bits, int predictor)
    {
        foreach (var components in new[] { 1, 3 })
        {
            foreach (var (shift, restart) in new[] { (0, 0), (0, 1), (0, 4), (1, 0), (bits - 1, 2) })
            {
                var frame = Frame(bits, components, shift);

                Assert.Equal(frame, Decode(Code(frame, components, bits, predictor, shift, restart), components));
            }
        }
    }

    [Fact]
    public void A_frame_without_its_end_is_malformed_wherever_it_ends()
    {
        foreach (var (bits, components, restart) in new[] { (8, 1, 0), (8, 3, 3), (16, 1, 2) })
        {
            var code = Code(Frame(bits, components, 0), components, bits, 1, 0, restart);
            for (var length = 0; length < code.Length - 2; length++)
                Assert.Equal(ReasonCode.Undecodable, Assert.Throws<RejectedException>(() => Decode(code[..length], components)).Reason);
            _ = Decode(code[..^2], components);
        }
    }

    [Fact]
    public void A_restart_within_a_line_is_malformed()
    {
        var code = Code(Frame(8, 1, 0), 1, 8, 1, 0, 1);
        code[7] = Width + 1;

        Assert.Equal(ReasonCode.Undecodable, Assert.Throws<RejectedException>(() => Decode(code, 1)).Reason);
    }

    /// <summary>A smooth half, and one of noise that has every difference.</summary>
    private static ushort[] Frame(int bits, int components, int shift)
    {
        var random = new Random(bits);
        var frame = new ushort[Width * Height * components];
        for (var at = 0; at < frame.Length; at++)
            frame[at] = (ushort)((at < frame.Length / 2 ? at / 7 % (1 << bits) : random.Next(1 << bits)) >> shift << shift);
        // From the middle to 0: the difference of 32,768 in 16 bits.
        frame[0] = 0;
        return frame;
    }

    private static ushort[] Decode(byte[] code, int components)
    {
        var samples = new byte[Width * Height * components * 2];
        JpegFrame.Decode(code, new(samples, Width, Height, components, IsWide: true), Syntax, lossless: true);
        return [.. samples.Chunk(2).Select(pair => (ushort)(pair[0] | (pair[1] << 8)))];
    }

    /// <param name="restart">Lines between two restart markers, or 0.</param>
    private static byte[] Code(ushort[] frame, int components, int bits, int predictor, int shift, int restart)
    {
        var code = new CodeWriter(stuffsBits: false);
        code.Raw(0xFF, 0xD8, 0xFF, 0xDD, 0, 4, (byte)(restart * Width >> 8), (byte)(restart * Width));
        code.Raw([0xFF, 0xC3, 0, (byte)(8 + (components * 3)), (byte)bits, 0, Height, 0, Width, (byte)components, .. Each(component => [component, 0x11, 0])]);
        code.Raw([0xFF, 0xC4, 0, 19 + 17, 0, .. Lengths, .. Enumerable.Range(0, 17).Select(size => (byte)size)]);
        code.Raw([0xFF, 0xDA, 0, (byte)(6 + (components * 2)), (byte)components, .. Each(component => [component, 0]), (byte)predictor, 0, (byte)shift]);
        for (var row = 0; row < Height; row++)
        {
            var begins = row == 0;
            if (restart > 0 && row > 0 && row % restart == 0)
            {
                code.Align();
                code.Raw(0xFF, (byte)(0xD0 + ((row / restart - 1) % 8)));
                begins = true;
            }
            for (var at = 0; at < Width; at++)
            {
                for (var component = 0; component < components; component++)
                {
                    int Sample(int x, int y) => frame[(((y * Width) + x) * components) + component] >> shift;
                    var predicted = begins && at == 0 ? 1 << (bits - shift - 1)
                        : begins ? Sample(at - 1, row)
                        : at == 0 ? Sample(at, row - 1)
                        : Predicted(predictor, Sample(at - 1, row), Sample(at, row - 1), Sample(at - 1, row - 1));
                    Put(code, (short)(Sample(at, row) - predicted));
                }
            }
        }
        code.Align();
        code.Raw(0xFF, 0xD9);
        return code.Bytes();

        byte[] Each(Func<byte, byte[]> part) => [.. Enumerable.Range(0, components).SelectMany(component => part((byte)component))];
    }

    private static int Predicted(int predictor, int left, int above, int aboveLeft) => predictor switch
    {
        1 => left,
        2 => above,
        3 => aboveLeft,
        4 => left + above - aboveLeft,
        5 => left + ((above - aboveLeft) >> 1),
        6 => above + ((left - aboveLeft) >> 1),
        _ => (left + above) / 2,
    };

    private static void Put(CodeWriter code, int difference)
    {
        var size = 0;
        while (Math.Abs(difference) >> size != 0)
            size++;
        // The codes of three bits are those from 000 to 110, the longer ones have a one more each.
        if (size < 7)
            code.Put(size, 3);
        else
            code.Put((1 << (size - 3)) - 2, size - 3);
        if (size < 16)
            code.Put(difference < 0 ? difference + (1 << size) - 1 : difference, size);
    }
}
