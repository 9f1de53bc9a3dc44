using System.Text;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>DICOM loops in a watched bucket.</summary>
public sealed class DicomWorkerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    [Fact]
    public async Task Loops_in_the_bucket_are_one_study_by_a_hash_and_get_a_report()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, path) in new[] { ("rgb", "a/IM1"), ("jpeg-422", "b/IM2"), ("video-h264", "b/IM3"), ("single", "b/IM4") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[$"inbox/{path}"])!);
            await File.WriteAllBytesAsync(folder[$"inbox/{path}"], DicomFixtures.Loop(name), TestContext.Current.CancellationToken);
        }
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Set("LUS__Dicom__Key", "a key of thirty-two characters or more");
        await fleet.UploadAsync(folder["inbox"]);
        fleet.Start("all");

        await fleet.FinishedAsync(4);

        var study = Assert.Single(await fleet.RowsAsync("SELECT name FROM studies"));
        Assert.Matches("^dicom-[0-9a-f]{32}$", study);
        Assert.Equal(["a/IM1 done", "b/IM2 done", "b/IM3 done", "b/IM4 rejected"], await fleet.RowsAsync("SELECT object_key, status FROM videos ORDER BY object_key"));
        var written = await fleet.LusAsync("results", "--format", "dicom-sr", "--out", folder["reports"]);
        Assert.True(written.ExitCode == 0, written.ToString());
        var report = await File.ReadAllBytesAsync(Assert.Single(Directory.EnumerateFiles(folder["reports"])), TestContext.Current.CancellationToken);
        // The patient stands in the originals alone: the report has read them in the bucket.
        Assert.True(report.AsSpan().IndexOf(Encoding.ASCII.GetBytes("Musterfrau^Erika")) > 0);
        await fleet.AssertTidyAsync();
    }
}
