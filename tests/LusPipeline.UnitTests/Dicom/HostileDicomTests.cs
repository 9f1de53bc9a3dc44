using System.IO.Compression;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>Files that lie. Each is a reason code within bounds of memory and time.</summary>
public sealed class HostileDicomTests
{
    private const string Explicit = "1.2.840.10008.1.2.1";
    private const string Deflated = "1.2.840.10008.1.2.1.99";
    private const string Rle = "1.2.840.10008.1.2.5";
    private const string Jpeg = "1.2.840.10008.1.2.4.50";
    private const uint Undefined = uint.MaxValue;
    private const uint SequenceEnd = 0xFFFE_E0DD;

    [Fact]
    public async Task Ten_thousand_nested_sequences_do_not_nest_the_reader()
    {
        var file = DicomWriter.File(Explicit);
        for (var depth = 0; depth < 10_000; depth++)
            file.Long(0x0008_1140, "SQ", Undefined).Item(Undefined);

        await RejectAsync(file.Bytes(), ReasonCode.Undecodable, "nested deeper");
    }

    [Theory]
    [InlineData("4000000000", ReasonCode.TooManyFrames)]
    [InlineData("99999999999", ReasonCode.Undecodable)]
    [InlineData("-3", ReasonCode.Undecodable)]
    [InlineData("many", ReasonCode.Undecodable)]
    [InlineData("1", ReasonCode.TooFewFrames)]
    public async Task Frame_counts_that_no_loop_has_are_rejected(string frames, string reason) =>
        await RejectAsync(DicomWriter.File(Explicit).Image(frames, 4, 4).Long(0x7FE0_0010, "OB", 32, new byte[32]).Bytes(), reason);

    [Fact]
    public async Task A_frame_larger_than_the_limit_is_not_allocated() =>
        await RejectAsync(DicomWriter.File(Explicit).Image("2", 65_535, 65_535).Long(0x7FE0_0010, "OB", 32, new byte[32]).Bytes(), ReasonCode.TooLargeFrame);

    [Theory]
    [InlineData(0x0009_1001u, "OB", 0xFFFF_FFF0u)]
    [InlineData(0x0008_1140u, "SQ", 0x7FFF_FFF0u)]
    [InlineData(0x0020_000Du, "UN", 0x0001_0000u)]
    public async Task A_length_beyond_the_end_is_truncated(uint tag, string vr, uint length) =>
        await RejectAsync(DicomWriter.File(Explicit).Long(tag, vr, length, 1, 2, 3).Bytes(), ReasonCode.Truncated);

    [Fact]
    public async Task An_item_longer_than_its_sequence_is_malformed() => await RejectAsync(
        DicomWriter.File(Explicit).Long(0x0018_6011, "SQ", 16).Item(4000).Number(0x0018_6012, 1).Raw(new byte[4096]).Bytes(), ReasonCode.Undecodable, "longer than");

    [Fact]
    public async Task A_needed_value_of_half_a_gigabyte_is_not_read() => await RejectAsync(
        DicomWriter.File(Explicit).Long(0x0028_0008, "UN", 1 << 29, new byte[64]).Bytes(), ReasonCode.Undecodable, "has 536870912 bytes");

    [Fact]
    public async Task Pixels_of_16_bits_that_are_declared_as_8_are_found() => await RejectAsync(
        DicomWriter.File(Explicit).Image("2", 4, 4).Long(0x7FE0_0010, "OW", 64, new byte[64]).Bytes(), ReasonCode.Undecodable, "and its pixels have 64");

    [Theory]
    [InlineData(0u, 9_999u, "leads to no fragment")]
    [InlineData(40u, 0u, "leads backwards")]
    [InlineData(0u, 0u, "leads backwards")]
    public async Task Offset_tables_that_lead_nowhere_or_backwards_are_malformed(uint first, uint second, string message) => await RejectAsync(
        DicomWriter.File(Rle).Image("2", 4, 4).Long(0x7FE0_0010, "OB", Undefined)
            .Item(8).Raw(BitConverter.GetBytes(first)).Raw(BitConverter.GetBytes(second))
            .Item(32).Raw(new byte[32]).Item(32).Raw(new byte[32]).Item(0, SequenceEnd).Bytes(),
        ReasonCode.Undecodable, message);

    [Fact]
    public async Task A_table_of_more_offsets_than_frames_is_malformed() => await RejectAsync(
        DicomWriter.File(Rle).Image("2", 4, 4).Long(0x7FE0_0010, "OB", Undefined).Item(4_000_000_000).Bytes(), ReasonCode.Truncated);

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 64, 0, 0, 0 }, "ends before its plane is full")]
    [InlineData(new byte[] { 1, 0, 0, 0, 255, 255, 255, 255 }, "out of order")]
    [InlineData(new byte[] { 200, 0, 0, 0 }, "does not have 1 segments")]
    public async Task Run_lengths_that_lie_are_malformed(byte[] head, string message)
    {
        var frame = new byte[64];
        head.CopyTo(frame, 0);

        await RejectAsync(
            DicomWriter.File(Rle).Image("2", 4, 4).Long(0x7FE0_0010, "OB", Undefined).Item(0).Item(64).Raw(frame).Item(64).Raw(frame).Item(0, SequenceEnd).Bytes(),
            ReasonCode.Undecodable, message);
    }

    [Fact]
    public async Task A_deflate_bomb_gives_no_more_than_its_frames()
    {
        var head = DicomWriter.File(Explicit).Image("3", 4, 4).Bytes().AsSpan(DicomWriter.File(Explicit).Bytes().Length).ToArray();
        using var deflated = new MemoryStream();
        using (var deflate = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(head);
            // A private value that says 1 GB and is 64 MB of zeros.
            deflate.Write([0x01, 0x70, 0x10, 0x00, (byte)'O', (byte)'B', 0, 0, 0, 0, 0, 0x40]);
            for (var megabyte = 0; megabyte < 64; megabyte++)
                deflate.Write(new byte[1 << 20]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        await RejectAsync(DicomWriter.File(Deflated).Raw(deflated.ToArray()).Bytes(), ReasonCode.Truncated);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public async Task A_data_set_that_is_written_otherwise_than_its_syntax_says_is_named() => await RejectAsync(
        [.. new byte[128], .. "DICM"u8, .. DicomWriter.File("1.2.840.10008.1.2").Bytes().AsSpan(132), .. DicomWriter.File(Explicit).Text(0x0008_0018, "UI", "1.2.3.4").Bytes().AsSpan(DicomWriter.File(Explicit).Bytes().Length)],
        ReasonCode.Undecodable, "written with value representations");

    [Theory]
    [InlineData(Jpeg)]
    [InlineData(Explicit)]
    public async Task Pixels_that_contradict_the_transfer_syntax_are_named(string syntax)
    {
        var file = DicomWriter.File(syntax).Image("2", 4, 4);
        file = syntax == Jpeg ? file.Long(0x7FE0_0010, "OB", 32, new byte[32]) : file.Long(0x7FE0_0010, "OB", Undefined).Item(0).Item(0, SequenceEnd);

        await RejectAsync(file.Bytes(), ReasonCode.Undecodable, syntax);
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless")]
    [InlineData("1.2.840.10008.1.2.4.110", "JPEG XL Lossless")]
    [InlineData("1.3.6.1.4.1.99999.7", "private or unknown")]
    public async Task A_transfer_syntax_that_is_not_read_is_named(string syntax, string name) => await RejectAsync(
        DicomWriter.File(syntax).Image("2", 4, 4).Long(0x7FE0_0010, "OB", Undefined).Item(0).Item(0, SequenceEnd).Bytes(),
        ReasonCode.UnsupportedTransferSyntax, $"{syntax} ({name})");

    [Fact]
    public async Task A_fragment_that_ends_early_costs_its_frame()
    {
        var whole = DicomFixtures.Loop("rle");
        using var file = new MemoryStream(whole[..^200]);
        var loop = DicomLoop.Open(file, 100, 10_000);

        Assert.Equal((2, true), (loop.Frames, loop.CutShort));
        file.Position = 0;
        using var output = new MemoryStream();
        await loop.WriteFramesAsync(file, output, TestContext.Current.CancellationToken);
        Assert.Equal(DicomFixtures.Expected("rle")[..(int)output.Length], output.ToArray());
    }

    /// <summary>Reads the whole loop, and expects a reason.</summary>
    private static async Task RejectAsync(byte[] bytes, string reason, string message = "")
    {
        using var file = new MemoryStream(bytes);
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () =>
        {
            var loop = DicomLoop.Open(file, mostFrames: 20_000, mostPixels: 16_000_000);
            file.Position = 0;
            await loop.WriteFramesAsync(file, Stream.Null, TestContext.Current.CancellationToken);
        });
        Assert.Equal(reason, rejected.Reason);
        Assert.Contains(message, rejected.Message, StringComparison.Ordinal);
    }
}
