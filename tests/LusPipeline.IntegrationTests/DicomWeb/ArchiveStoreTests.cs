using System.Text;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Workers;
using Microsoft.AspNetCore.Http;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary>Reports into the archive: <c>lus results --format dicom-sr --store</c> and <c>Results:Store</c>.</summary>
public sealed class ArchiveStoreTests(TestServers servers, RunFixture fixture, FleetFixture fleetFixture) : IClassFixture<RunFixture>, IClassFixture<FleetFixture>
{
    private static readonly ArchiveLoop[] Loops = [ArchiveLoop.Make("rgb", 0, 0), ArchiveLoop.Make("rle-grey", 0, 1)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_report_of_a_run_is_stored_once_however_often_it_is_sent()
    {
        using var folder = new TemporaryFolder();
        await using var own = servers.SingleOrthanc();
        var archive = await own.ArchiveAsync();
        using var orthanc = new Orthanc(archive);
        await orthanc.PutAsync(Loops);
        var environment = await SettingsAsync(archive, folder);
        var run = await LusProcess.RunAsync(["run", $"dicomweb+{archive.Url}", "--home", folder["home"], "--model", fixture.Model, "--json"], environment: environment);
        Assert.True(run.ExitCode == 0, run.ToString());

        var stored = await LusProcess.RunAsync(["results", "--home", folder["home"], "--format", "dicom-sr", "--store", "--out", folder["reports"]], environment: environment);
        var again = await LusProcess.RunAsync(["results", "--home", folder["home"], "--format", "dicom-sr", "--store"], environment: environment);

        Assert.True(stored.ExitCode == 0, stored.ToString());
        Assert.True(again.ExitCode == 0, again.ToString());
        var report = Assert.Single(await orthanc.ObjectsAsync("SR"));
        // Only the file's own header is the archive's.
        Assert.True(report.AsSpan().IndexOf(Encoding.ASCII.GetBytes("Musterfrau^Erika")) > 0);
        Assert.True(report.AsSpan().IndexOf(Encoding.ASCII.GetBytes("Research use only: not a medical device")) > 0);
        Assert.All(Loops, loop => Assert.True(report.AsSpan().IndexOf(Encoding.ASCII.GetBytes(loop.Instance)) > 0));
        Assert.Single(Directory.EnumerateFiles(folder["reports"]));
    }

    [Fact]
    public async Task Workers_store_a_report_for_each_revision_of_a_study()
    {
        using var folder = new TemporaryFolder();
        await using var own = servers.SingleOrthanc();
        var archive = await own.ArchiveAsync();
        using var orthanc = new Orthanc(archive);
        await using var fleet = await Fleet.MakeAsync(own, fleetFixture.Model);
        foreach (var (name, value) in await SettingsAsync(archive, folder))
            fleet.Set(name, value!);
        fleet.Set("LUS__Bucket__Kind", "DicomWeb");
        fleet.Set("LUS__Archive__WatchDays", "36500");
        fleet.Set("LUS__Results__Store", "true");
        fleet.Start("all");

        await orthanc.PutAsync(Loops[0]);
        await fleet.FinishedAsync(1);
        await orthanc.PutAsync(Loops[1]);
        await fleet.FinishedAsync(2);

        var reports = await orthanc.ObjectsAsync("SR");
        Assert.Equal(2, reports.Count);
        Assert.Single(reports, report => report.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Loops[1].Instance)) > 0);
        Assert.All(reports, report => Assert.True(report.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Loops[0].Instance)) > 0));
        Assert.Equal(0, await fleet.ScalarAsync("SELECT count(*) FROM videos WHERE status <> 'done'"));
        await fleet.AssertTidyAsync();
    }

    [Fact]
    public async Task Doctor_searches_the_archive_and_reads_a_loop()
    {
        using var folder = new TemporaryFolder();
        await using var own = servers.SingleOrthanc();
        var archive = await own.ArchiveAsync();
        using (var orthanc = new Orthanc(archive))
            await orthanc.PutAsync(Loops);
        var environment = await SettingsAsync(archive, folder);
        environment["LUS__Bucket__Kind"] = "DicomWeb";
        environment["LUS__Archive__WatchDays"] = "36500";

        var right = await LusProcess.RunAsync(["doctor", "--json"], environment: environment);
        environment["LUS__Archive__User"] = "somebody";
        var wrong = await LusProcess.RunAsync(["doctor", "--json"], environment: environment);

        Assert.StartsWith("passed searched at", Row(right, "archive"), StringComparison.Ordinal);
        Assert.StartsWith("passed listed", Row(right, "archive loops"), StringComparison.Ordinal);
        Assert.StartsWith("failed", Row(wrong, "archive"), StringComparison.Ordinal);

        static string Row(LusResult doctor, string name) => doctor.Json.Where(check => check.GetProperty("name").GetString() == name)
            .Select(check => $"{check.GetProperty("state").GetString()} {check.GetProperty("text").GetString()}").Single();
    }

    [Theory]
    [InlineData(409, """{"00081198": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [273]}}]}}""", null)]
    [InlineData(409, """{"00081198": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [272]}}]}}""", "0x0110")]
    [InlineData(409, "no json", "does not take it")]
    [InlineData(202, """{"00081198": {"vr": "SQ", "Value": [{}]}}""", "does not take it")]
    [InlineData(200, "<NativeDicomModel/>", null)]
    public async Task What_the_archive_says_of_a_report_decides(int status, string answer, string? problem)
    {
        await using var archive = await StandInArchive.StartAsync([]);
        archive.Before = async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(answer);
            return true;
        };
        using var connection = new ArchiveConnection(archive.Options, TimeProvider.System);

        var said = await new ArchiveStore(connection).StoreAsync(new byte[200], Cancellation);

        if (problem is null)
            Assert.Null(said);
        else
            Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_takes_no_reports_is_said_with_the_right_that_is_missing()
    {
        await using var archive = await StandInArchive.StartAsync([]);
        archive.Before = context => Task.FromResult((context.Response.StatusCode = 403) > 0);
        using var connection = new ArchiveConnection(archive.Options, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<BrokenEngineException>(() => new ArchiveStore(connection).StoreAsync(new byte[200], Cancellation));

        Assert.Contains("STOW-RS", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string?>> SettingsAsync(ArchiveOptions archive, TemporaryFolder folder)
    {
        await File.WriteAllTextAsync(folder["password"], archive.Password + "\n", Cancellation);
        return new()
        {
            ["LUS__Dicom__Key"] = "a key of thirty-two characters or more",
            ["LUS__Archive__Url"] = archive.Url!.AbsoluteUri,
            ["LUS__Archive__User"] = archive.User,
            ["LUS__Archive__Password__File"] = folder["password"],
        };
    }
}
