using System.Globalization;
using LusPipeline.Dicom.Loops;
using LusPipeline.Media.Dicom;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>What is read of a DICOM object before its pixels.</summary>
public sealed class DicomHeaderTests
{
    public static TheoryData<string, string, string, string, string, string, string> Tags
    {
        get
        {
            var tags = new TheoryData<string, string, string, string, string, string, string>();
            foreach (var cells in DicomFixtures.Tags)
                tags.Add(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]);
            return tags;
        }
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void Tags_are_those_that_pydicom_reads(string name, string study, string instance, string frames, string rows, string columns, string photometric)
    {
        var header = Read(name);

        Assert.Equal((study, instance), (header.StudyInstanceUid, header.SopInstanceUid));
        var image = header.Image!;
        Assert.Equal(
            (frames, rows, columns, photometric),
            (Text(image.Frames), Text(image.Rows), Text(image.Columns), image.Photometric));

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("rgb", 120)]
    [InlineData("cine", 60)]
    // 30 and 50 ms from frame to frame: 40 on average, three times.
    [InlineData("vector", 120)]
    public void A_loops_time_comes_from_what_its_increment_pointer_names_or_else_from_its_rate(string name, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read(name).Image!.Duration);

    [Theory]
    [InlineData("crop")]
    [InlineData("undefined")]
    [InlineData("undefined-implicit")]
    [InlineData("big")]
    public void Regions_are_read_from_sequences_however_they_are_written(string name) => Assert.Contains(Read(name).Image!.Regions, region => region.IsTissue);

    [Fact]
    public async Task A_listing_reads_no_more_than_what_stands_before_the_pixels()
    {
        var file = DicomFixtures.Loop("rgb");
        // Pixels that would be read would be seen: they are not there.
        var reads = 0;
        var header = await LoopHeader.ReadAsync(file.Length + (1L << 30), (offset, buffer, _) =>
        {
            reads++;
            var part = file.AsSpan((int)offset, Math.Min(buffer.Length, file.Length - (int)offset));
            part.CopyTo(buffer.Span);
            return Task.FromResult(part.Length);
        }, TestContext.Current.CancellationToken);

        Assert.True(header.HasPixels);
        Assert.Equal(1, reads);
    }

    [Theory]
    [InlineData("rgb", true)]
    [InlineData("bare", true)]
    [InlineData("bare-implicit", true)]
    [InlineData("deflated", true)]
    public void A_file_is_known_as_DICOM_by_its_content(string name, bool expected) => Assert.Equal(expected, DicomHeader.IsDicom(DicomFixtures.Loop(name)));

    private static DicomHeader Read(string name)
    {
        using var file = new MemoryStream(DicomFixtures.Loop(name));
        return DicomHeader.Read(file);
    }
}
