using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Status;

namespace LusPipeline.IntegrationTests.Database;

/// <summary><c>deploy/sql/partitions.sql</c>: the large tables become parts by day, with what is in them.</summary>
public sealed class PartitionsTests(TestServers servers)
{
    /// <summary>Keys that PostgreSQL makes itself for parts of the table that a key refers to are not in it.</summary>
    private const string Schema = """
        SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conparentid = 0 AND contype IN ('p', 'u', 'f') AND conrelid IN ('clips'::regclass, 'predictions'::regclass, 'spans'::regclass)
        UNION ALL SELECT replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('clips', 'predictions', 'spans')
        UNION ALL SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' ' || ordinal_position
                  FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN ('clips', 'predictions', 'spans')
        UNION ALL SELECT viewname || ' ' || replace(definition, '::text AS text', '::text') FROM pg_views WHERE schemaname = 'public'
        ORDER BY 1
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_there_stays_and_new_work_goes_to_its_months_part()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        var old = await shared.ArriveAsync("before/a.mp4", "1");
        await worker.FinishAsync(old, new(0.7, 0.2, 0.1), new(0.6, 0.2, 0.2));
        var open = await shared.ArriveAsync("open/b.mp4", "2");
        var schema = await ReadAsync(shared, Schema);

        await DeployScript.SqlAsync(shared.ConnectionString!, "partitions.sql");
        await DeployScript.SqlAsync(shared.ConnectionString!, "partitions.sql");

        Assert.Equal(schema, await ReadAsync(shared, Schema));
        await PostgresLedger.RequireVersionAsync(shared.Open, Cancellation);
        Assert.Equal(3 * 13, (await ReadAsync(shared, "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = 'r'")).Count);
        // Work from before goes on, and a study of a later month has a part of its own.
        await worker.FinishAsync(open, LedgerWorker.Healthy);
        shared.Clock.Move((DateTime.UtcNow.AddMonths(2) - shared.Clock.Now).TotalSeconds);
        await worker.BeatAsync();
        await worker.FinishAsync(await shared.ArriveAsync("later/c.mp4", "3"), LedgerWorker.Healthy);
        Assert.Equal([$"clips_{shared.Clock.Now:yyyy_MM} 1", "clips_before 3"], await ReadAsync(shared, "SELECT tableoid::regclass || ' ' || count(*) FROM clips GROUP BY tableoid ORDER BY 1"));
        Assert.Equal(["3"], await ReadAsync(shared, "SELECT count(*)::text FROM video_results WHERE diagnosis IS NOT NULL"));
        Assert.Equal(["4"], await ReadAsync(shared, "SELECT sum(clips)::text FROM throughput"));
        Assert.Equal(4, (await shared.Results.StudiesAsync(null, Cancellation)).Sum(study => study.Videos.Sum(video => video.Clips.Count)));

        // Commands count all parts.
        await using var ledger = shared.Open();
        Assert.All((await LedgerTables.ReadAsync(ledger, Cancellation)).Where(table => table.Name is "clips" or "predictions"), table => Assert.True(table.Bytes > 0));
        await new StatusReader(shared.Open, TimeSpan.FromSeconds(15), countedUpTo: 0).ReadAsync(Cancellation);

        // What is deleted goes from every part, and an old part goes as a whole.
        await ReadAsync(shared, "DELETE FROM studies WHERE name = 'later'");
        Assert.Equal(["3"], await ReadAsync(shared, "SELECT count(*)::text FROM predictions"));
        await ReadAsync(shared, "DROP TABLE predictions_before, spans_before; ALTER TABLE clips DETACH PARTITION clips_before; DROP TABLE clips_before");
        Assert.Equal(["0"], await ReadAsync(shared, "SELECT count(*)::text FROM clips"));
    }

    private static Task<List<string>> ReadAsync(SharedLedger shared, string sql) => shared.AskAsync(sql, row => row.GetString(0));
}
