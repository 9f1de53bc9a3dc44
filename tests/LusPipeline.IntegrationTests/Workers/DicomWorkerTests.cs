using System.Text;
using Amazon.S3.Model;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Telemetry;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>DICOM loops in a watched bucket.</summary>
public sealed class DicomWorkerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loops_in_the_bucket_are_one_study_by_a_hash_and_their_identity_is_in_originals_and_reports_alone()
    {
        using var folder = new TemporaryFolder();
        await using var collector = new Collector();
        foreach (var (name, path) in new[] { ("rgb", "a/IM1"), ("jpeg-422", "b/IM2"), ("video-h264", "b/IM3"), ("single", "b/IM4") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[$"inbox/{path}"])!);
            await File.WriteAllBytesAsync(folder[$"inbox/{path}"], DicomFixtures.Loop(name), Cancellation);
        }
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        fleet.Set("LUS__Dicom__Key", "a key of thirty-two characters or more");
        await fleet.UploadAsync(folder["inbox"]);
        fleet.Start("all", [.. collector.Environment.Select(variable => (variable.Key, variable.Value!))]);

        await fleet.FinishedAsync(4);

        var study = Assert.Single(await fleet.RowsAsync("SELECT name FROM studies"));
        Assert.Matches("^dicom-[0-9a-f]{32}$", study);
        Assert.Equal(["a/IM1 done", "b/IM2 done", "b/IM3 done", "b/IM4 rejected"], await fleet.RowsAsync("SELECT object_key, status FROM videos ORDER BY object_key"));
        var written = await fleet.LusAsync("results", "--format", "dicom-sr", "--out", folder["reports"]);
        Assert.True(written.ExitCode == 0, written.ToString());
        var report = await File.ReadAllBytesAsync(Assert.Single(Directory.EnumerateFiles(folder["reports"])), TestContext.Current.CancellationToken);
        // The patient stands in the originals alone: the report has read them in the bucket.
        Assert.True(report.AsSpan().IndexOf(Encoding.ASCII.GetBytes("Musterfrau^Erika")) > 0);
        AssertNoIdentity("log", Encoding.UTF8.GetBytes(fleet.Logs()));
        await fleet.AssertTidyAsync();
        foreach (var format in new[] { "csv", "json" })
            AssertNoIdentity(format, Encoding.UTF8.GetBytes((await fleet.LusAsync("results", "--format", format)).Output.Aggregate("", (all, line) => $"{all}{line}\n")));
        AssertNoIdentity("ledger", Encoding.UTF8.GetBytes(string.Join('\n', await fleet.AllRowsAsync())));
        AssertNoIdentity("bucket", await ObjectsAsync(fleet));
        AssertNoIdentity("told logs", Encoding.Latin1.GetBytes(collector.Logs));
        AssertNoIdentity("spans", Encoding.Latin1.GetBytes(collector.Traces));
        AssertNoIdentity("metrics", Encoding.Latin1.GetBytes(collector.Metrics));
        foreach (var identity in DicomFixtures.Identities)
            Assert.Equal((identity, 0), (identity, await Written(fleet, identity)));
        // The search finds what is there.
        Assert.NotEqual(0, await Written(fleet, study));
    }

    private static void AssertNoIdentity(string where, byte[] told)
    {
        Assert.NotEmpty(told);
        Assert.All(DicomFixtures.Identities, identity => Assert.True(told.AsSpan().IndexOf(Encoding.ASCII.GetBytes(identity)) < 0, $"{identity} in {where}"));
    }

    /// <summary>Keys and contents of all objects but the originals.</summary>
    private static async Task<byte[]> ObjectsAsync(Fleet fleet)
    {
        using var client = PlainS3.Client(fleet.Bucket);
        using var told = new MemoryStream();
        var listed = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = fleet.Bucket.Name }, Cancellation);
        foreach (var key in (listed.S3Objects ?? []).Select(item => item.Key).Where(key => !key.StartsWith("incoming/", StringComparison.Ordinal)))
        {
            told.Write(Encoding.UTF8.GetBytes(key));
            using var got = await client.GetObjectAsync(fleet.Bucket.Name, key, Cancellation);
            await got.ResponseStream.CopyToAsync(told, Cancellation);
        }
        return told.ToArray();
    }

    /// <summary>How many files of the database's write-ahead log have a text.</summary>
    private static Task<long> Written(Fleet fleet, string text) => fleet.ScalarAsync(
        $"SELECT count(*) FROM pg_ls_waldir() WHERE position('{text}'::bytea IN pg_read_binary_file('pg_wal/' || name)) > 0");
}
