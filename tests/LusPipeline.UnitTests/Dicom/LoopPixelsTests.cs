using LusPipeline.Dicom.Pixels;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>Frames without coding and in run lengths, beside what dcmtk and gdcm decode.</summary>
public sealed class LoopPixelsTests
{
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
    [InlineData("ybr", 2)]
    [InlineData("ybr-planes", 2)]
    [InlineData("ybr-422", 2)]
    [InlineData("inverted", 1)]
    [InlineData("grey16", 1)]
    [InlineData("big16", 1)]
    [InlineData("rle16", 1)]
    [InlineData("signed16", 1)]
    public async Task Computed_levels_differ_from_those_of_dcmtk_by_rounding_only(string name, int most)
    {
        var (expected, frames) = (DicomFixtures.Expected(name), await FramesAsync(name));

        Assert.Equal(expected.Length, frames.Length);
        Assert.InRange(expected.Zip(frames, (left, right) => Math.Abs(left - right)).Max(), 0, most);
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
