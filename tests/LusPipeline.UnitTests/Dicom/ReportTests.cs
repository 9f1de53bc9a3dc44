using System.Text;
using LusPipeline.Dicom.Loops;
using LusPipeline.Dicom.Reports;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>Structured reports.</summary>
public sealed class ReportTests
{
    /// <summary>The example of PS3.5, section B.2.</summary>
    [Fact]
    public void A_UID_is_the_decimal_number_of_a_UUID() =>
        Assert.Equal("2.25.329800735698586629295641978511506172918", ReportUid.From(new Guid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")));

    [Fact]
    public void A_report_belongs_to_the_study_of_its_loops_and_has_no_pixels()
    {
        var report = Report(Origin("rgb"));

        using var file = new MemoryStream(report.Write());
        var header = DicomHeader.Read(file);

        Assert.Equal((Origin("rgb").StudyUid, report.Uid), (header.StudyInstanceUid, header.SopInstanceUid));
        Assert.Null(header.Image);
        Assert.InRange(report.Uid.Length, 6, 64);
    }

    [Fact]
    public void Its_UID_changes_with_revision_and_text_and_with_nothing_else()
    {
        var report = Report(Origin("rgb"));

        Assert.Equal(report.Uid, Report(Origin("rgb")).Uid);
        Assert.NotEqual(report.Uid, (report with { Revision = 2 }).Uid);
        Assert.NotEqual(report.Uid, (report with { Conclusion = "other" }).Uid);
    }

    [Fact]
    public void A_patients_name_keeps_its_bytes_and_its_character_set()
    {
        // ISO 8859-1: an umlaut is a single byte, which is no UTF-8.
        byte[] object1 = DicomWriter.File("1.2.840.10008.1.2.1").Text(0x0008_0005, "CS", "ISO_IR 100").Text(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.3.1")
            .Text(0x0008_0018, "UI", "1.2.3").Text(0x0010_0010, "PN", "M\u00FCller^J\u00F6rg").Text(0x0020_000D, "UI", "1.2.4").Text(0x0020_000E, "UI", "1.2.5").Bytes();

        var bytes = Report(LoopOrigin.Read(new MemoryStream(object1))).Write();

        Assert.True(bytes.AsSpan().IndexOf(Encoding.Latin1.GetBytes("M\u00FCller^J\u00F6rg")) > 0);
        Assert.True(bytes.AsSpan().IndexOf("ISO_IR 100"u8) > 0);
    }

    private static LoopOrigin Origin(string name) => LoopOrigin.Read(new MemoryStream(DicomFixtures.Loop(name)));

    private static FindingsReport Report(LoopOrigin origin) => new()
    {
        StudyId = new("11111111-2222-3333-4444-555555555555"),
        Revision = 1,
        CompletedAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Model = "model@1+0123456789ab",
        Version = "0.1.0",
        Findings = [new(origin, "healthy")],
        Conclusion = "healthy",
    };
}
