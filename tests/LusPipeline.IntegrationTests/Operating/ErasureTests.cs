using System.Text;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Buckets;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Operating;

/// <summary><c>lus prune</c> and <c>lus delete</c>.</summary>
public sealed class ErasureTests(TestServers servers, RunFixture fixture) : IClassFixture<RunFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_is_deleted_only_when_its_originals_are_gone_and_then_nothing_of_it_is_left()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p1/a.mp4", "one");
        await place.PutAsync("incoming/p2/a.mp4", "two");
        var seen = await ledger.SeeAsync(place);
        foreach (var video in seen)
        {
            var clip = LedgerIds.Clip(video.VideoId, ClipPlan.Whole(20), 0);
            var key = WorkKeys.Features(clip, "aaaa", "fp32");
            await place.PutAsync(key, "features");
            await place.PutAsync($"{key}.json", "{}");
            await place.PutAsync($"results/{video.Name.Study}.json", "{}");
            await ledger.FinishAsync(video, new(0, 0, 1), featuresKey: key);
        }

        var unasked = await ledger.RunAsync(place.Options, "delete", "p1");
        var refused = await ledger.RunAsync(place.Options, "delete", "p1", "--yes");
        await place.Others.DeleteObjectAsync(place.Options.Name, "incoming/p1/a.mp4", Cancellation);
        var deleted = await ledger.RunAsync(place.Options, "delete", "p1", "--yes");
        var again = await ledger.RunAsync(place.Options, "delete", "p1", "--yes");

        Assert.Equal((1, 1, 0, 1), (unasked.ExitCode, refused.ExitCode, deleted.ExitCode, again.ExitCode));
        Assert.Contains("Repeat it with --yes", unasked.ErrorText, StringComparison.Ordinal);
        Assert.Contains("1 of its originals are still in the bucket", refused.ErrorText, StringComparison.Ordinal);
        Assert.Equal("p1: deleted 1 videos, 1 clips, 1 predictions, 0 spans and 0.0 MB of objects", deleted.Output[0]);
        Assert.Contains("has no study p1", again.ErrorText, StringComparison.Ordinal);
        Assert.Equal(4, (await place.KeysAsync()).Count);
        Assert.DoesNotContain(await place.KeysAsync(), key => key.Contains("p1", StringComparison.Ordinal));
        Assert.Equal(WorkStatus.Done, (await ledger.StudyAsync("p2")).Status);
        await using var context = ledger.Open();
        Assert.Equal(0, await context.KeptOutVideos.CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_study_that_is_kept_out_is_passed_by_although_its_originals_stay()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p1/a.mp4", "one");
        var seen = Assert.Single(await ledger.SeeAsync(place));
        await ledger.FinishAsync(seen, new(0, 0, 1));

        var deleted = await ledger.RunAsync(place.Options, "delete", "p1", "--yes", "--keep-out");
        await ledger.SeeAsync(place);

        Assert.EndsWith("1 hashes stay", deleted.Output[0], StringComparison.Ordinal);
        Assert.Equal(["incoming/p1/a.mp4"], await place.KeysAsync());
        await using var context = ledger.Open();
        Assert.Equal((0, 0), (await context.Studies.CountAsync(Cancellation), await context.Videos.CountAsync(Cancellation)));
        Assert.Equal(seen.VideoId, (await context.KeptOutVideos.SingleAsync(Cancellation)).VideoId);
    }

    [Fact]
    public async Task Pruning_counts_first_and_deletes_only_what_is_old()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        using var place = new S3Place(await servers.NewBucketAsync());
        var seen = Assert.Single(await ledger.SeeAsync("p1/a.mp4"));
        var key = WorkKeys.Features(LedgerIds.Clip(seen.VideoId, ClipPlan.Whole(20), 0), "aaaa", "fp32");
        await place.PutAsync(key, "features");
        await ledger.FinishAsync(seen, new(0.9, 0.05, 0.05), featuresKey: key);
        await ledger.RunAsync("replay", "--study", "p1");
        await ledger.FinishAsync(seen, new(0, 0, 1), generation: 1, featuresKey: key);
        await using (var context = ledger.Open())
            await context.Database.ExecuteSqlAsync($"UPDATE studies SET completable_at = now()", Cancellation);
        await ledger.Completion.CompleteStudyAsync(seen.StudyId, Cancellation);

        var young = await ledger.RunAsync(place.Options, "prune", "--older-than", "1h");
        var dry = await ledger.RunAsync(place.Options, "prune", "--older-than", "0s", "--dry-run");
        var pruned = await ledger.RunAsync(place.Options, "prune", "--older-than", "0s");

        Assert.Equal(["spans: 0 deleted", "replaced predictions: 0 deleted", "features: those of 0 clips deleted, 0.0 MB"], young.Output);
        Assert.Equal(["spans: 1 would go", "replaced predictions: 1 would go", "features: those of 1 clips would go"], dry.Output);
        Assert.Equal(["spans: 1 deleted", "replaced predictions: 1 deleted", "features: those of 1 clips deleted, 0.0 MB"], pruned.Output);
        Assert.Empty(await place.KeysAsync());
        Assert.Equal(1, Assert.Single((await ledger.StudyAsync("p1")).Videos).Generation);

        var studies = await ledger.RunAsync(place.Options, "prune", "--older-than", "0s", "--studies");
        Assert.Equal("studies: 1 deleted", studies.Output[0]);
        await using var left = ledger.Open();
        Assert.Equal((0, 1), (await left.Studies.CountAsync(Cancellation), await left.KeptOutVideos.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task In_a_home_a_study_is_pruned_and_deleted_too()
    {
        using var folder = new TemporaryFolder();
        await LusProcess.RunAsync(["run", fixture.Videos, "--home", folder["home"], "--model", fixture.Model]);

        var pruned = await LusCommand.RunAsync(["prune", "--older-than", "0s", "--features", "--home", folder["home"]]);
        var deleted = await LusCommand.RunAsync(["delete", "p2", "--yes", "--home", folder["home"]]);
        var results = await LusCommand.RunAsync(["results", "--format", "csv", "--home", folder["home"]]);

        Assert.StartsWith("features: those of 6 clips deleted,", Assert.Single(pruned.Output), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder["home"], "objects"), "*", SearchOption.AllDirectories));
        Assert.StartsWith("p2: deleted 2 videos, 2 clips, 2 predictions,", deleted.Output[0], StringComparison.Ordinal);
        Assert.Equal(["p1", "p1", "p3", "top.mov"], results.Output.Skip(1).Select(line => line.Split(',')[0]));
        Assert.True(File.Exists(Path.Combine(fixture.Videos, "p2", "a.mp4")));
    }

    /// <summary>All files of the home are searched for the patient's name, for pixels and for features.</summary>
    [Fact]
    public async Task Nothing_of_a_deleted_study_is_left_in_a_home()
    {
        const string Name = "Mustermann-Erika-1964";
        using var folder = new TemporaryFolder();
        foreach (var study in new[] { Name, "other" })
        {
            Directory.CreateDirectory(folder[$"videos/{study}"]);
            File.Copy(Path.Combine(fixture.Videos, "p1", study == Name ? "a.mp4" : "b.avi"), folder[$"videos/{study}/{Name}.video"]);
        }
        File.Move(folder[$"videos/other/{Name}.video"], folder["videos/other/b.avi"]);
        RunFixture.Age(folder["videos"]);
        string[] run = ["run", folder["videos"], "--home", folder["home"], "--model", fixture.Model];
        Assert.Equal(0, (await LusProcess.RunAsync(run)).ExitCode);
        // The rows move again and again, so that earlier states of them lie in free pages.
        Assert.Equal(0, (await LusProcess.RunAsync([.. run, "--force"])).ExitCode);
        var home = new HomeSearch(folder["home"]);
        var features = home.FeaturesOf(Name);
        // What a killed run leaves: a clip without a row, an object that is not finished, a video in work.
        var pixels = new byte[512];
        new Random(7).NextBytes(pixels);
        foreach (var file in new[] { $"objects/clips/{Guid.NewGuid():D}.npy", $"objects/.unfinished/{Guid.NewGuid():N}", $"scratch/{Guid.NewGuid():N}.video" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[$"home/{file}"])!);
            await File.WriteAllBytesAsync(folder[$"home/{file}"], pixels, Cancellation);
        }
        Assert.All([Encoding.UTF8.GetBytes(Name), pixels, features], content => Assert.NotEmpty(home.FilesWith(content)));

        var deleted = await LusCommand.RunAsync(["delete", Name, "--yes", "--home", folder["home"]]);

        Assert.StartsWith($"{Name}: deleted 1 videos, 1 clips, 2 predictions,", deleted.Output[0], StringComparison.Ordinal);
        Assert.All([Encoding.UTF8.GetBytes(Name), pixels, features], content => Assert.Empty(home.FilesWith(content)));
        Assert.NotEmpty(home.FilesWith(Encoding.UTF8.GetBytes("b.avi")));
        Assert.NotEmpty(home.FeaturesOf("other"));
    }

    /// <summary>Looks for bytes in all files of a home, whatever they are.</summary>
    private sealed class HomeSearch(string home)
    {
        public IReadOnlyList<string> FilesWith(byte[] content) =>
            [.. Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories).Where(file => File.ReadAllBytes(file).AsSpan().IndexOf(content) >= 0)];

        /// <summary>The bytes of the features of a study's clip, without the header.</summary>
        public byte[] FeaturesOf(string study)
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(home, "ledger.db")};Mode=ReadOnly;Pooling=false");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT features_key FROM clips JOIN videos USING (video_id) JOIN studies USING (study_id) WHERE name = $name";
            command.Parameters.AddWithValue("$name", study);
            return File.ReadAllBytes(Path.Combine(home, "objects", (string)command.ExecuteScalar()!))[^256..];
        }
    }
}
