using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>Frames in JPEG and JPEG-LS that no tool writes, and damaged ones.</summary>
public sealed class JpegFramesTests
{
    private static readonly TransferSyntax Lossless = new("1.2.840.10008.1.2.4.70", "JPEG Lossless", PixelCoding.JpegLossless);
    private static readonly TransferSyntax Ls = new("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", PixelCoding.JpegLs);

    private static readonly byte[] Start = [0xFF, 0xD8];

    /// <summary>2×2 pixels of 8 bits.</summary>
    private static readonly byte[] Frame = [0xFF, 0xC3, 0, 11, 8, 0, 2, 0, 2, 1, 1, 0x11, 0];

    /// <summary>0 is a difference of no bits, 10 one of one bit.</summary>
    private static readonly byte[] Huffman = [0xFF, 0xC4, 0, 21, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    /// <summary>Prediction by the pixel to the left.</summary>
    private static readonly byte[] Scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0];

    private static readonly byte[] LsFrame = [0xFF, 0xF7, 0, 11, 8, 0, 2, 0, 2, 1, 1, 0x11, 0];
    private static readonly byte[] LsScan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0];

    [Fact]
    public void Prediction_begins_anew_behind_a_restart_marker()
    {
        byte[] restart = [0xFF, 0xDD, 0, 4, 0, 2];
        // 128 + 1 and the same; then 128 twice, where the line above would give 129.
        byte[] codes = [0b1010_1111, 0xFF, 0xD0, 0b0011_1111, 0xFF, 0xD9];

        Assert.Equal([129, 129, 128, 128], Decode([.. Start, .. restart, .. Frame, .. Huffman, .. Scan, .. codes]));
        Assert.Equal([129, 129, 129, 129], Decode([.. Start, .. Frame, .. Huffman, .. Scan, 0b1010_0011, 0xFF, 0xD9]));
    }

    public static TheoryData<byte[], string> Damaged => new()
    {
        { [.. Start, .. Huffman, .. Scan, 0], "before the frame header" },
        { [.. Start, .. Frame, .. Frame], "two frame headers" },
        { [.. Start, .. Frame, .. Scan, 0], "table is missing" },
        { [.. Start, .. Frame, .. Huffman, .. Scan, 0b1110_0000, 0xFF, 0xD9], "code is unknown" },
        { [.. Start, .. Frame, .. Huffman, .. Scan, 0xFF, 0xD9], "ends too early" },
        { [.. Start, .. Frame, .. Huffman, .. Scan], "ends too early" },
        { [.. Start, .. Frame, .. Huffman, .. Scan[..^3], 9, 0, 0], "predictor" },
        { [.. Start, .. Frame, .. Huffman, .. Scan[..^1], 8], "point transform" },
        { [.. Start, .. Frame, 0xFF, 0xC4, 0, 22, 0, 3, .. new byte[15], 1, 2, 3], "more codes" },
        { [.. Start, .. Frame, 0xFF, 0xC4, 0, 20, 0, 255, .. new byte[15], 1], "too short" },
        { [.. Start, .. Frame[..5], 0, 3, .. Frame[7..]], "2×3 pixels" },
        { [.. Start, 0xFF, 0xFE, 0xFF, 0xFF], "longer than the image" },
        { [.. Start, .. Frame, 0xFF, 0xD9], "component is missing" },
        { [.. Start, .. Frame, 0, 0], "marker is missing" },
        { [0, 0], "start marker" },
        { [], "start marker" },
        { [.. Start, 0xFF, 0xDD, 0, 4, 0, 1, .. Frame, .. Huffman, .. Scan, 0x3F, 0xFF, 0xD0, 0x3F], "within a line" },
        { [.. Start, 0xFF, 0xDD, 0, 4, 0, 2, .. Frame, .. Huffman, .. Scan, 0x3F, 0xFF, 0xD9], "restart marker is missing" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Damaged_lossless_JPEG_is_malformed(byte[] code, string message) => Reject(ReasonCode.Undecodable, message, () => Decode(code));

    public static TheoryData<byte[], string> DamagedLs => new()
    {
        { [.. Start, .. LsScan, 0], "before the frame header" },
        { [.. Start, .. LsFrame, .. LsScan, 0xFF, 0xD9], "ends too early" },
        { [.. Start, .. LsFrame, .. LsScan, 0, 0, 0, 0, 0, 0], "too long" },
        { [.. Start, .. LsFrame, .. LsScan[..^3], 200, 0, 0], "allowed error" },
        { [.. Start, .. LsFrame, .. LsScan[..^2], 3, 0], "no known way" },
        { [.. Start, 0xFF, 0xF8, 0, 13, 1, 0, 255, 0, 9, 0, 7, 0, 21, 0, 64, .. LsFrame, .. LsScan, 0], "out of order" },
        { [.. Start, 0xFF, 0xF8, 0, 13, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. LsFrame, .. LsScan, 0], "greatest value" },
    };

    [Theory]
    [MemberData(nameof(DamagedLs))]
    public void Damaged_JPEG_LS_is_malformed(byte[] code, string message) => Reject(ReasonCode.Undecodable, message, () => DecodeLs(code));

    public static TheoryData<byte[], string> UnreadLs => new()
    {
        { [.. Start, 0xFF, 0xDD, 0, 4, 0, 2], "restart intervals" },
        { [.. Start, 0xFF, 0xE8, 0, 7, (byte)'m', (byte)'r', (byte)'f', (byte)'x', 1], "colour transform" },
        { [.. Start, 0xFF, 0xF8, 0, 5, 2, 1, 3], "tables of colours" },
        { [.. Start, .. LsFrame, .. LsScan[..^1], 1], "point transform" },
    };

    [Theory]
    [MemberData(nameof(UnreadLs))]
    public void JPEG_LS_of_a_form_that_is_not_read_is_refused_by_name(byte[] code, string message)
    {
        Reject(ReasonCode.UnsupportedTransferSyntax, message, () => DecodeLs(code));
        Reject(ReasonCode.UnsupportedTransferSyntax, Ls.Uid, () => DecodeLs(code));
    }

    /// <summary>Codes that are all zeros or all ones: whatever they mean, there is an end of it.</summary>
    [Theory]
    [InlineData(0x00)]
    [InlineData(0x55)]
    [InlineData(0x7F)]
    [InlineData(0xFE)]
    public void Codes_without_sense_come_to_an_end(byte code)
    {
        var noise = Enumerable.Repeat(code, 100_000).ToArray();
        foreach (var head in new byte[][] { [.. LsFrame, .. LsScan], [.. LsFrame[..4], 16, .. LsFrame[5..], .. LsScan] })
        {
            var samples = new byte[8];
            var reason = Outcome(() => JpegLsFrame.Decode([.. Start, .. head, .. noise], new(samples, 2, 2, 1, IsWide: true), Ls));
            Assert.True(reason is null or ReasonCode.Undecodable, reason);
        }
        Assert.True(Outcome(() => Decode([.. Start, .. Frame, .. Huffman, .. Scan, .. noise])) is null or ReasonCode.Undecodable);
    }

    private static byte[] Decode(byte[] code)
    {
        var samples = new byte[4];
        JpegFrame.Decode(code, new(samples, 2, 2, 1, IsWide: false), Lossless, lossless: true);
        return samples;
    }

    private static byte[] DecodeLs(byte[] code)
    {
        var samples = new byte[4];
        JpegLsFrame.Decode(code, new(samples, 2, 2, 1, IsWide: false), Ls);
        return samples;
    }

    private static string? Outcome(Action decode)
    {
        try
        {
            decode();
            return null;
        }
        catch (RejectedException rejected)
        {
            return rejected.Reason;
        }
    }

    private static void Reject(string reason, string message, Action decode)
    {
        var rejected = Assert.Throws<RejectedException>(decode);
        Assert.Equal(reason, rejected.Reason);
        Assert.Contains(message, rejected.Message, StringComparison.Ordinal);
    }
}
