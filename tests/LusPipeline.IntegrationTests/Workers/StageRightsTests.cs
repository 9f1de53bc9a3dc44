using LusPipeline.Core.Stages;
using LusPipeline.IntegrationTests.Servers;
using Npgsql;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Workers whose users of database, broker and bucket have the rights of their stage alone, as the scripts of <c>deploy/</c> make them.</summary>
public sealed class StageRightsTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const string Password = "secret";

    [Fact]
    public async Task Three_workers_with_the_rights_of_their_stage_alone_finish_everything()
    {
        await using var own = servers.Private();
        await using var fleet = await Fleet.MakeAsync(own, fixture.Model);
        var users = await MakeUsersAsync(own, fleet);
        await fleet.UploadAsync(fixture.Videos);

        foreach (var stage in StageNames.All)
        {
            var checkedUp = await fleet.LusAsync(users[stage], "doctor", "--stage", stage.Name(), "--limit", "120");
            Assert.True(checkedUp.ExitCode == 0, checkedUp.ToString());
        }
        foreach (var stage in StageNames.All)
            fleet.Start(stage.Name(), users[stage]);
        await fleet.FinishedAsync(fixture.VideoCount);

        Assert.Equal(fixture.Results, await fleet.ResultsAsync());
        await fleet.WorkersAsync(3);
        var said = fleet.Logs();
        foreach (var refusal in new[] { "permission denied", "ACCESS_REFUSED", "AccessDenied", "may not make" })
            Assert.DoesNotContain(refusal, said, StringComparison.OrdinalIgnoreCase);
        await fleet.AssertTidyAsync();
    }

    [Fact]
    public async Task A_killed_worker_of_each_stage_is_replaced_and_its_work_published_again()
    {
        await using var own = servers.Private();
        await using var fleet = await Fleet.MakeAsync(own, fixture.Model);
        var users = await MakeUsersAsync(own, fleet);
        await fleet.UploadAsync(fixture.Videos);
        var workers = StageNames.All.ToDictionary(stage => stage, stage => fleet.Start(stage.Name(), users[stage]));

        foreach (var stage in StageNames.All)
        {
            await fleet.PredictionsAsync(1);
            await fleet.KillAsync(workers[stage]);
            fleet.Start(stage.Name(), users[stage]);
        }

        await fixture.AssertUndisturbedAsync(fleet);
    }

    /// <summary>The settings of each stage's worker that name its users.</summary>
    private static async Task<PerStage<(string Name, string Value)[]>> MakeUsersAsync(TestServers servers, Fleet fleet)
    {
        using var management = await servers.ManagementAsync();
        var passwords = new[] { "WORKER", "OPERATOR", "EVENTS", "INGEST", "FEATURES", "SEQUENCE" }.ToDictionary(user => $"{user}_PASSWORD", _ => Password);
        await DeployScript.RunAsync(
            "rabbitmq/users.sh", [management.BaseAddress!.ToString(), fleet.Broker.AbsolutePath[1..]], new Dictionary<string, string>(passwords) { ["RABBITMQ_ADMIN"] = fleet.Broker.UserInfo });
        await DeployScript.MakeRolesAsync(fleet.Database);
        var buckets = await servers.AsStagesAsync(fleet.Bucket);
        return new(Settings(Stage.Ingest), Settings(Stage.Features), Settings(Stage.Sequence));

        (string, string)[] Settings(Stage stage) =>
        [
            ("LUS__Database__ConnectionString", new NpgsqlConnectionStringBuilder(fleet.Database) { Username = $"lus_{stage.Name()}" }.ConnectionString),
            ("LUS__Broker__Uri", new UriBuilder(fleet.Broker) { UserName = $"lus-{stage.Name()}", Password = Password }.Uri.AbsoluteUri),
            ("LUS__Bucket__AccessKey", buckets[stage].AccessKey!),
            ("LUS__Bucket__SecretKey", buckets[stage].SecretKey!),
        ];
    }
}
