using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;
using LusPipeline.Tests.Ledger;
using Npgsql;

namespace LusPipeline.IntegrationTests.Database;

/// <summary>
/// What the pages cost PostgreSQL as lus_web, whose tables of studies and videos are views without names. Asserted are the blocks that are read, not the time.
/// </summary>
public sealed class NamelessReadsTests(RolesTests.Server server) : IClassFixture<RolesTests.Server>
{
    private const int OpenStudies = 10;
    private const int OtherClips = 30_000;
    private const int Videos = 10_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_study_of_many_videos_costs_without_names_what_it_costs_with_them(bool analyzed)
    {
        var (ledger, study, _) = await FilledAsync(analyzed);

        async Task AskAsync(LargeLedger asked)
        {
            var results = new ResultReader(asked.Open);
            Assert.Equal(Videos, Assert.Single(await results.StudiesAsync([study], null, Cancellation)).Videos.Count);
            Assert.Empty(await results.HistoryAsync(study, Cancellation));
            Assert.Contains((await new StudyPages(asked.Open, TimeProvider.System).ReadAsync(new(), null, 1, Cancellation)).Studies, found => found.StudyId == study);
        }
        var (without, with) = (await BlocksAsync(ledger.As("lus_web"), AskAsync), await BlocksAsync(ledger.As("lus_web_names"), AskAsync));

        Assert.InRange(without, 1, with * 3 / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_video_is_read_without_the_others_of_its_study(bool analyzed)
    {
        var (ledger, study, last) = await FilledAsync(analyzed);

        async Task AskAsync(LargeLedger asked)
        {
            Assert.Equal(study, (await new VideoDetailsReader(asked.Open).ReadAsync(last, Cancellation))!.StudyId);
            Assert.Empty(await new ResultReader(asked.Open).VideoHistoryAsync(last, Cancellation));
            Assert.Equal(last, Assert.Single(await new ResultReader(asked.Open).VideosAsync(new Dictionary<Guid, int> { [last] = 0 }, Cancellation)).VideoId);
        }

        Assert.InRange(await BlocksAsync(ledger.As("lus_web"), AskAsync), 1, 40);
    }

    [Fact]
    public async Task The_sums_of_a_study_of_many_videos_are_the_same_to_the_last_bit_without_names()
    {
        var (ledger, study, _) = await FilledAsync(analyzed: true);

        async Task<Result> ResultAsync(string user) => Assert.Single(await new ResultReader(ledger.As(user).Open).StudiesAsync([study], null, Cancellation)).Result!.Value;
        var without = await ResultAsync("lus_web");

        Assert.Equal(await ResultAsync("lus_web_names"), without);
        await using var connection = new NpgsqlConnection(ledger.As("lus_dashboard").ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand($"SELECT covid, pneumonia, healthy, spread FROM study_results WHERE study_id = '{study}'", connection);
        await using var row = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await row.ReadAsync(Cancellation));
        Assert.Equal(without, new Result(new(row.GetDouble(0), row.GetDouble(1), row.GetDouble(2)), row.GetDouble(3), without.Uncertain));
    }

    private static async Task<long> BlocksAsync(LargeLedger asked, Func<LargeLedger, Task> askAsync)
    {
        await askAsync(asked);
        return await asked.Statements.BlocksAsync(asked.ConnectionString);
    }

    /// <summary>A ledger that PostgreSQL knows, with a study that came just now, of which it knows nothing yet unless <paramref name="analyzed"/>.</summary>
    private async Task<(LargeLedger Ledger, Guid Study, Guid LastVideo)> FilledAsync(bool analyzed)
    {
        var database = await server.Servers.NewDatabaseAsync();
        await DeployScript.MakeRolesAsync(database);
        await new LedgerMigration(PostgresLedger.Open(new DatabaseOptions { ConnectionString = database })).RunAsync(() => { }, _ => { }, Cancellation);
        await DeployScript.MakeRolesAsync(database);
        var bulk = new BulkLedger(database, OpenStudies);
        await bulk.FillAsync(OtherClips, _ => { });
        var ledger = new LargeLedger(database, await bulk.StudiesAsync(), OpenStudies);
        await ledger.ExecuteAsync("ALTER TABLE studies SET (autovacuum_enabled = off); ALTER TABLE videos SET (autovacuum_enabled = off); ALTER TABLE predictions SET (autovacuum_enabled = off)");
        var (study, last) = await bulk.AddStudyAsync(Videos);
        if (analyzed)
            await ledger.ExecuteAsync("VACUUM ANALYZE");
        return (ledger, study, last);
    }
}
