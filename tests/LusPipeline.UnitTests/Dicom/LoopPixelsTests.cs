using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;
using LusPipeline.Dicom.Pixels;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>Frames that are decoded here, beside what dcmtk and gdcm decode.</summary>
public sealed class LoopPixelsTests
{
    /// <summary>Sources without coding, in run lengths, in lossless JPEG, in JPEG-LS, and in grey JPEG of 12 bits.</summary>
    public static TheoryData<string> Written => [.. DicomFixtures.IsRefused[false].Where(IsDecodedHere)];

    /// <summary>Those of them that are not read.</summary>
    public static TheoryData<string> Refused => [.. DicomFixtures.IsRefused[true].Where(IsDecodedHere)];

    [Theory]
    [MemberData(nameof(Written))]
    public async Task Whatever_dcmtk_and_gdcm_write_comes_out_as_they_decode_it(string name) =>
        Assert.InRange(Difference(DicomFixtures.Expected(name), await FramesAsync(name)), 0, DicomFixtures.Tolerance(name));

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_of_it_is_not_read_is_refused_by_the_name_of_its_syntax_and_form(string name)
    {
        var syntax = DicomHeader.Read(new MemoryStream(DicomFixtures.Loop(name))).Syntax;

        var rejected = await Assert.ThrowsAsync<RejectedException>(() => FramesAsync(name));

        Assert.Equal((ReasonCode.UnsupportedTransferSyntax, $"The transfer syntax {syntax.Uid} ({syntax.Name}) is not read {DicomFixtures.Refusal(name)}."), (rejected.Reason, rejected.Message));
    }

    [Theory]
    [InlineData("rgb")]
    [InlineData("rgb-planes")]
    [InlineData("grey")]
    [InlineData("implicit")]
    [InlineData("big")]
    [InlineData("deflated")]
    [InlineData("bare")]
    [InlineData("bare-implicit")]
    [InlineData("undefined")]
    [InlineData("undefined-implicit")]
    [InlineData("palette")]
    [InlineData("rle")]
    [InlineData("rle-gdcm")]
    [InlineData("rle-grey")]
    [InlineData("rle-table")]
    [InlineData("rle-no-table")]
    public async Task Frames_are_those_that_dcmtk_decodes(string name) => Assert.Equal(DicomFixtures.Expected(name), await FramesAsync(name));

    /// <summary>dcmtk cuts fractions of YBR off, here they are rounded.</summary>
    [Theory]
    [InlineData("ybr")]
    [InlineData("ybr-planes")]
    [InlineData("ybr-422")]
    [InlineData("inverted")]
    [InlineData("grey16")]
    [InlineData("big16")]
    [InlineData("rle16")]
    [InlineData("signed16")]
    public async Task Computed_levels_differ_from_those_of_dcmtk_by_rounding_only(string name) =>
        Assert.InRange(Difference(DicomFixtures.Expected(name), await FramesAsync(name)), 0, DicomFixtures.Tolerance(name));

    /// <summary>Samples of a window in which no level is lost.</summary>
    [Theory]
    [InlineData("grey-9")]
    [InlineData("grey-10")]
    [InlineData("grey-12")]
    [InlineData("grey-14")]
    [InlineData("grey-16")]
    [InlineData("signed-8")]
    [InlineData("signed-10")]
    [InlineData("signed-12")]
    [InlineData("signed-16")]
    [InlineData("palette-16")]
    public async Task No_bit_of_a_sample_is_lost(string name) => Assert.Equal(DicomFixtures.Expected(name), await FramesAsync(name));

    /// <summary>By the transfer syntax and the attributes alone: a loop that is refused when it is opened was to be decoded here as well.</summary>
    private static bool IsDecodedHere(string name)
    {
        try
        {
            using var file = new MemoryStream(DicomFixtures.Loop(name));
            return DicomLoop.Open(file, mostFrames: 100, mostPixels: 10_000).IsDecodedHere;
        }
        catch (RejectedException)
        {
            return true;
        }
    }

    private static int Difference(byte[] left, byte[] right)
    {
        Assert.Equal(left.Length, right.Length);
        return left.Zip(right, (one, other) => Math.Abs(one - other)).Max();
    }

    /// <summary>Frames of red, green and blue.</summary>
    private static async Task<byte[]> FramesAsync(string name)
    {
        using var file = new MemoryStream(DicomFixtures.Loop(name));
        var loop = DicomLoop.Open(file, mostFrames: 100, mostPixels: 10_000);
        Assert.Equal(DicomFixtures.Frames, loop.Frames);
        Assert.False(loop.CutShort);
        file.Position = 0;
        using var output = new MemoryStream();
        await loop.WriteFramesAsync(file, output, TestContext.Current.CancellationToken);
        return loop.IsColour ? output.ToArray() : [.. output.ToArray().SelectMany(level => new[] { level, level, level })];
    }
}
