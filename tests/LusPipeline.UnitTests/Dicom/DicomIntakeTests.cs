using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media;
using LusPipeline.Pipeline.Intake;

namespace LusPipeline.UnitTests.Dicom;

/// <summary>What a listing makes of DICOM objects.</summary>
public sealed class DicomIntakeTests : IDisposable
{
    private const string Uid = "1.2.826.0.1.3680043";

    private static readonly InstallationKey Key = new(InstallationKey.NewText());

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Loops_of_a_study_belong_together_wherever_they_lie()
    {
        Put("a/IM0001", DicomFixtures.Loop("rgb"));
        Put("b/deeper/loop.dcm", DicomFixtures.Loop("grey"));

        var (videos, _) = await ScanAsync();

        Assert.Single(videos.Select(video => video.StudyId).Distinct());
        Assert.Equal(2, videos.Select(video => video.VideoId).Distinct().Count());
        Assert.Equal(["IM0001", "deeper/loop.dcm"], videos.Select(video => video.Name.Video));
    }

    [Fact]
    public async Task Neither_UIDs_nor_names_of_the_object_are_in_what_is_registered()
    {
        Put("a/IM0001", DicomFixtures.Loop("rgb"));

        var (videos, _) = await ScanAsync();

        var text = Assert.Single(videos).ToString();
        Assert.DoesNotContain(Uid, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Musterfrau", text, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_instance_is_one_video_however_its_file_is_called()
    {
        Put("a/one.dcm", DicomFixtures.Loop("rgb"));
        Put("z/two.dcm", DicomFixtures.Loop("rgb"));

        var (videos, _) = await ScanAsync();

        Assert.Single(videos.Select(video => video.VideoId).Distinct());
    }

    [Fact]
    public async Task Another_key_makes_other_studies()
    {
        Put("a/one.dcm", DicomFixtures.Loop("rgb"));

        var (first, _) = await ScanAsync();
        var (second, _) = await ScanAsync(new InstallationKey(InstallationKey.NewText()));

        Assert.NotEqual(Assert.Single(first).StudyId, Assert.Single(second).StudyId);
    }

    [Fact]
    public async Task Without_a_key_a_loop_belongs_to_its_folder()
    {
        Put("a/one.dcm", DicomFixtures.Loop("rgb"));

        var (videos, _) = await ScanAsync(hashed: false);

        Assert.Equal("a", Assert.Single(videos).Name.Study);
    }

    [Fact]
    public async Task Whole_frames_are_another_video_than_the_tissue_in_them()
    {
        Put("a/one.dcm", DicomFixtures.Loop("rgb"));

        var (tissue, _) = await ScanAsync();
        var (whole, _) = await ScanAsync(region: LoopRegion.All);

        Assert.NotEqual(Assert.Single(tissue).VideoId, Assert.Single(whole).VideoId);
        Assert.False(LoopContent.IsWholeFrames(tissue[0].Content));
        Assert.True(LoopContent.IsWholeFrames(whole[0].Content));
    }

    [Fact]
    public async Task Objects_without_pixels_are_skipped_and_counted()
    {
        var report = DicomWriter.File("1.2.840.10008.1.2.1").Text(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.88.11").Text(0x0008_0018, "UI", "1.2.3").Text(0x0020_000D, "UI", "1.2.4").Bytes();
        Put("a/report.dcm", report);
        Put("a/DICOMDIR", report);
        Put("a/one.dcm", DicomFixtures.Loop("rgb"));

        var (videos, skipped) = await ScanAsync();

        Assert.Equal(["one.dcm"], videos.Select(video => video.Name.Video));
        Assert.Equal(2, skipped);
    }

    [Fact]
    public async Task A_malformed_object_that_claims_to_be_a_loop_is_registered_by_its_folder()
    {
        Put("a/one.dcm", DicomFixtures.Loop("rgb")[..400]);
        Put("a/IM0002", DicomFixtures.Loop("rgb")[..400]);

        var (videos, _) = await ScanAsync();

        Assert.Equal(["a", "a"], videos.Select(video => video.Name.Study));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(List<SeenVideo> Videos, int Skipped)> ScanAsync(InstallationKey? key = null, bool hashed = true, LoopRegion region = LoopRegion.Tissue)
    {
        var bucket = new VideoFolder("local", [_folder.Path], home: null, ContentCache.InMemory());
        var scan = new BucketScan(bucket, stable: null, new VideoLimits()) { Key = hashed ? () => key ?? Key : null, Region = region };
        var videos = new List<SeenVideo>();
        await foreach (var chunk in scan.ListAsync(TestContext.Current.CancellationToken))
            videos.AddRange(chunk);
        return (videos, scan.Skipped);
    }

    private void Put(string name, byte[] content)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
