using System.Text.Json;
using LusPipeline.IntegrationTests.Buckets;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LusPipeline.IntegrationTests.Operating;

/// <summary><c>lus audit</c>, and what other commands record for it.</summary>
public sealed class AuditCommandTests(TestServers servers, RunFixture fixture) : IClassFixture<RunFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_move_of_a_person_is_recorded_without_names()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        using var place = new S3Place(await servers.NewBucketAsync());
        var seen = await ledger.SeeAsync("erika/a.mp4", "max/a.mp4", "max/b.mp4", "otto/a.mp4");
        await ledger.FinishAsync(seen[0], new(0, 0, 1));

        await ledger.RunAsync("replay", "--study", "erika");
        await ledger.RunAsync("cancel", "max");
        await ledger.RunAsync("cancel", "max");
        await ledger.RunAsync(place.Options, "delete", "otto", "--yes", "--keep-out");
        await ledger.RunAsync(place.Options, "prune", "--older-than", "0s", "--spans");
        await ledger.RunAsync(place.Options, "prune", "--older-than", "0s", "--studies");
        var audit = await ledger.RunAsync("audit", "--json");

        Assert.Equal(
            [
                $"keep-out {seen[1].StudyId} videos:2",
                $"prune {seen[1].StudyId} studies:1,videos:2,clips:0,predictions:0,spans:0",
                "prune  spans:1",
                $"keep-out {seen[3].StudyId} videos:1",
                $"delete {seen[3].StudyId} studies:1,videos:1,clips:0,predictions:0,spans:0",
                $"cancel {seen[3].StudyId} studies:1,videos:1,clips:0",
                $"cancel {seen[1].StudyId} studies:1,videos:2,clips:0",
                $"replay {seen[0].StudyId} videos:1",
            ],
            audit.Json.Select(Line));
        Assert.All(audit.Json, move => Assert.Equal(
            ($"{Environment.UserName}@{Environment.MachineName}", new NpgsqlConnectionStringBuilder(ledger.Connection).Username),
            (move.GetProperty("person").GetString(), move.GetProperty("databaseUser").GetString())));
        Assert.DoesNotContain(audit.Output, line => new[] { "erika", "max", "otto" }.Any(name => line.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Pages_follow_each_other()
    {
        var ledger = await OperatedLedger.MakeAsync(servers);
        await ledger.SeeAsync("p1/a.mp4", "p2/a.mp4", "p3/a.mp4");
        await ledger.RunAsync("cancel", "p1", "p2", "p3");

        var first = await ledger.RunAsync("audit", "--json", "--limit", "2");
        var second = await ledger.RunAsync("audit", "--json", "--limit", "2", "--before", first.Json[1].GetProperty("id").GetRawText());
        var table = await ledger.RunAsync("audit", "--limit", "2");
        var later = await ledger.RunAsync("audit", "--since", "2199-01-01");
        var none = await ledger.RunAsync("audit", "--limit", "0");

        Assert.Equal((2, 1), (first.Json.Count, second.Json.Count));
        Assert.Equal(3, first.Json.Concat(second.Json).Select(Line).Distinct().Count());
        Assert.Contains(table.Output, line => line.Contains("1 studies, 1 videos, 0 clips", StringComparison.Ordinal));
        Assert.Contains("--before", table.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain(later.Output, line => line.Contains("cancel", StringComparison.Ordinal));
        Assert.Equal((1, "--limit is a whole number of at least 1."), (none.ExitCode, none.Errors[0]));
    }

    [Fact]
    public async Task A_home_has_an_audit_of_its_own_that_nobody_changes()
    {
        using var folder = new TemporaryFolder();
        await LusProcess.RunAsync(["run", fixture.Videos, "--home", folder["home"], "--model", fixture.Model]);
        await LusCommand.RunAsync(["replay", "--study", "p1", "--home", folder["home"]]);

        await using (var connection = new SqliteConnection($"Data Source={folder["home/ledger.db"]};Pooling=false"))
        {
            await connection.OpenAsync(Cancellation);
            foreach (var change in new[] { "DELETE FROM audit", "UPDATE audit SET person = 'nobody'" })
            {
                await using var command = connection.CreateCommand();
                command.CommandText = change;
                Assert.Contains("The audit is append-only", (await Assert.ThrowsAsync<SqliteException>(() => command.ExecuteNonQueryAsync(Cancellation))).Message, StringComparison.Ordinal);
            }
        }

        var audit = await LusCommand.RunAsync(["audit", "--json", "--home", folder["home"]]);
        Assert.StartsWith("replay ", Line(Assert.Single(audit.Json)), StringComparison.Ordinal);
        Assert.Equal("videos:2", Line(audit.Json[0]).Split(' ')[2]);
    }

    private static string Line(JsonElement move) =>
        $"{move.GetProperty("action").GetString()} {move.GetProperty("studyId").GetString()} "
        + string.Join(',', move.GetProperty("counts").EnumerateObject().Select(count => $"{count.Name}:{count.Value.GetInt64()}"));
}
