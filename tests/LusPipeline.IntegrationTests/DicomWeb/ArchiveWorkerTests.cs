using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Workers;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary>Workers that watch an archive (<c>Bucket:Kind</c> DicomWeb).</summary>
public sealed class ArchiveWorkerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const string KeyText = "a key of thirty-two characters or more";

    private const string Outage = "The archive is not reachable";

    [Fact]
    public Task Loops_that_arrive_while_the_archive_is_killed_twice_are_done_once_each() => ArriveAsync(studies: 12);

    [Fact]
    public Task Two_hundred_studies_that_arrive_while_the_archive_is_killed_twice_are_done_once_each()
    {
        Assert.SkipUnless(Faults.HasSeed, Faults.OnlyWithSeed);
        return ArriveAsync(studies: 200);
    }

    [Fact]
    public async Task A_worker_without_the_archives_settings_says_what_is_missing()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Set("LUS__Bucket__Kind", "DicomWeb");
        fleet.Set("LUS__Notifications__Exchange", "uploads");

        var refused = await fleet.LusAsync("worker", "ingest");

        Assert.Equal(1, refused.ExitCode);
        Assert.All(new[] { "Archive:Url", "Dicom:Key", "Notifications:Exchange" }, key => Assert.Contains(key, refused.ErrorText, StringComparison.Ordinal));
    }

    private async Task ArriveAsync(int studies)
    {
        using var folder = new TemporaryFolder();
        await using var own = servers.SingleOrthanc();
        var archive = await own.ArchiveAsync();
        await using var fleet = await Fleet.MakeAsync(own, fixture.Model);
        await File.WriteAllTextAsync(folder["password"], archive.Password + "\n", TestContext.Current.CancellationToken);
        fleet.Set("LUS__Dicom__Key", KeyText);
        fleet.Set("LUS__Bucket__Kind", "DicomWeb");
        fleet.Set("LUS__Archive__Url", archive.Url!.AbsoluteUri);
        fleet.Set("LUS__Archive__User", archive.User!);
        fleet.Set("LUS__Archive__Password__File", folder["password"]);
        // The fixtures are of the 2nd of January 2026.
        fleet.Set("LUS__Archive__WatchDays", "36500");
        using var orthanc = new Orthanc(archive);
        var loops = Enumerable.Range(0, studies)
            .Select(study => new[] { ArchiveLoop.Make("rgb", study, 2 * study), ArchiveLoop.Make("rle-grey", study, (2 * study) + 1) }).ToList();
        var third = studies / 3;
        fleet.Start("all");

        for (var part = 0; part < 3; part++)
        {
            await orthanc.PutAsync(loops.Skip(part * third).Take(part == 2 ? studies : third).SelectMany(study => study));
            if (part == 2)
                break;
            await fleet.PredictionsAsync((part * 2 * third) + 1);
            var saidBefore = fleet.Logs().Split(Outage).Length - 1;
            await own.KillAsync(TestServer.Orthanc);
            await fleet.SaidAsync(Outage, saidBefore + 1);
            await own.StartAsync(TestServer.Orthanc);
        }
        await fleet.FinishedAsync(2 * studies);

        Assert.Equal(2 * studies, await fleet.ScalarAsync("SELECT count(DISTINCT object_key) FROM videos WHERE status = 'done' AND generation = 0"));
        Assert.Equal(studies, await fleet.ScalarAsync("SELECT count(*) FROM studies WHERE status = 'done' AND name ~ '^dicom-[0-9a-f]{32}$'"));
        // The same pixels give the same in each study: two lines.
        Assert.Equal(2, await fleet.ScalarAsync("SELECT count(DISTINCT (p.covid, p.pneumonia, p.healthy)) FROM predictions p"));
        await AssertNothingIsNamedAsync(fleet);
        await fleet.AssertTidyAsync();
    }

    /// <summary>Looks for names and UIDs in all text of the ledger and in what the workers said.</summary>
    private static async Task AssertNothingIsNamedAsync(Fleet fleet)
    {
        var kept = string.Join('\n', [fleet.Logs(), .. await fleet.AllRowsAsync()]);
        Assert.All(DicomFixtures.Identities, identity => Assert.DoesNotContain(identity, kept, StringComparison.Ordinal));
    }
}
