using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Configuration;

/// <summary>What workers need of the archive's settings.</summary>
public sealed class ArchiveSettingsTests
{
    private static readonly string[] Reading = ["Bucket:Kind=DicomWeb"];
    private static readonly string[] Storing = ["Results:Store=true"];

    public static TheoryData<string[], StageSet, string[]> Needs => new()
    {
        { [], StageSet.All, [] },
        { Reading, StageSet.Ingest, ["Archive:Url", "Dicom:Key"] },
        { Reading, StageSet.Features, [] },
        { Reading, StageSet.Sequence, [] },
        { Storing, StageSet.Sequence, ["Archive:Url"] },
        { Storing, StageSet.Ingest, [] },
        { [.. Reading, .. Storing], StageSet.Sequence, ["Archive:Url", "Dicom:Key"] },
        { [.. Reading, "Archive:Url=https://host/dicom-web", $"Dicom:Key={new string('k', 32)}"], StageSet.All, [] },
        { [.. Reading, "Archive:Url=https://host/dicom-web", $"Dicom:Key={new string('k', 32)}", "Notifications:Exchange=uploads"], StageSet.All, ["Notifications:Exchange"] },
    };

    [Theory]
    [MemberData(nameof(Needs))]
    public void A_stage_needs_what_it_uses_of_the_archive(string[] assignments, StageSet stages, string[] missing)
    {
        var settings = LoadedSettings.Load(new ConfigurationSources { Folders = [], Environment = new Dictionary<string, string>(), Assignments = assignments });

        Assert.Equal(missing, ArchiveSettings.Problems(settings, stages).Select(problem => problem.Key));
    }

    [Theory]
    [InlineData("Archive:Since=2026-13-01", "not a date")]
    [InlineData("Archive:Since=01.11.2026", "not a date")]
    [InlineData("Bucket:Kind=Pacs", "S3, DicomWeb")]
    [InlineData("Archive:Modality=ultrasound", "not a modality")]
    public void A_wrong_value_is_said(string assignment, string said)
    {
        var settings = LoadedSettings.Inspect(new ConfigurationSources { Folders = [], Environment = new Dictionary<string, string>(), Assignments = [assignment] });

        Assert.Contains(said, Assert.Single(settings.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_are_for_the_archive_that_the_settings_name()
    {
        var sources = new ConfigurationSources
        {
            Folders = [],
            Environment = new Dictionary<string, string> { ["LUS__Archive__Url"] = "https://host/dicom-web", ["LUS__Archive__Token"] = "abc" },
        };

        Assert.Equal("abc", ArchiveSettings.At(new("https://HOST/other"), sources).Token);
        Assert.Throws<InvalidDataException>(() => ArchiveSettings.At(new("http://host/dicom-web"), sources));
        Assert.Throws<InvalidDataException>(() => ArchiveSettings.At(new("https://host:8043/dicom-web"), sources));
    }
}
