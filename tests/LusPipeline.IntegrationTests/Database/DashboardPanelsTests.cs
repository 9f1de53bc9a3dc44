using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Rows;
using LusPipeline.Tests.Ledger;
using Npgsql;

namespace LusPipeline.IntegrationTests.Database;

/// <summary>The queries of <c>deploy/grafana/dashboards</c>, as Grafana sends them, by the role that dashboards have.</summary>
public sealed class DashboardPanelsTests(TestServers servers)
{
    private static readonly DateTime From = new(2025, 12, 25, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime To = new(2026, 1, 8, 0, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_of_a_panel_gives_what_it_draws_and_those_of_the_docs_run()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var study = await FillAsync(shared);
        await using var connection = new NpgsqlConnection(shared.ConnectionString);
        await connection.OpenAsync(Cancellation);
        // No other test sees a role that is never committed.
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        foreach (var sql in new[] { "CREATE ROLE lus_dashboard", "SELECT grant_rights()", "SET LOCAL ROLE lus_dashboard" })
            await new NpgsqlCommand(sql, connection, transaction).ExecuteNonQueryAsync(Cancellation);

        foreach (var query in DocumentedQueries())
            await new NpgsqlCommand(query, connection, transaction).ExecuteNonQueryAsync(Cancellation);
        var queries = PanelQuery.All().ToList();
        Assert.InRange(queries.Count, 20, 100);
        foreach (var query in queries)
        {
            await using var command = new NpgsqlCommand(query.Expand(From, To, study), connection, transaction);
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            Assert.True(await reader.ReadAsync(Cancellation), $"{query.Panel}: no row");
            if (query.Format == "time_series")
                AssertIsSeries(query.Panel, reader);
        }
    }

    [Fact]
    public void Dashboards_name_sources_that_are_provisioned_and_every_panel_has_a_place_of_its_own()
    {
        var provisioned = File.ReadAllText(Path.Combine(DeployScript.Folder(), "grafana", "provisioning", "datasources", "lus.yml"));
        foreach (var (file, dashboard) in PanelQuery.Dashboards())
        {
            var taken = new HashSet<(int, int)>();
            foreach (var panel in dashboard.GetProperty("panels").EnumerateArray())
            {
                var source = panel.GetProperty("datasource");
                Assert.Contains($"uid: {source.GetProperty("uid").GetString()}\n    type: {source.GetProperty("type").GetString()}\n", provisioned, StringComparison.Ordinal);
                var place = panel.GetProperty("gridPos");
                int X(string name) => place.GetProperty(name).GetInt32();
                Assert.True(X("x") + X("w") <= 24, $"{file}: {panel.GetProperty("title")} is out of the page");
                for (var x = X("x"); x < X("x") + X("w"); x++)
                {
                    for (var y = X("y"); y < X("y") + X("h"); y++)
                        Assert.True(taken.Add((x, y)), $"{file}: {panel.GetProperty("title")} lies over another panel");
                }
            }
        }
        Assert.Equal(5, PanelQuery.Dashboards().Select(dashboard => dashboard.Dashboard.GetProperty("uid").GetString()).Distinct().Count());
    }

    /// <summary>Those that the page on dashboards gives analysts to copy.</summary>
    private static string[] DocumentedQueries()
    {
        var page = File.ReadAllText(Path.Combine(DeployScript.Folder(), "..", "docs", "operating", "dashboards.md"));
        var block = page.Split("```sql\n")[1].Split("```")[0];
        var queries = block.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, queries.Length);
        return queries;
    }

    private static void AssertIsSeries(string panel, NpgsqlDataReader reader)
    {
        for (var column = 0; column < reader.FieldCount; column++)
        {
            var (name, type) = (reader.GetName(column), reader.GetFieldType(column));
            var fits = name switch
            {
                "time" => type == typeof(double) || type == typeof(decimal) || type == typeof(DateTime),
                "metric" => type == typeof(string),
                _ => type == typeof(double) || type == typeof(long) || type == typeof(decimal) || type == typeof(int),
            };
            Assert.True(fits, $"{panel}: column {name} is {type}");
        }
        Assert.Equal("time", reader.GetName(0));
        Assert.InRange(reader.FieldCount, 2, 10);
    }

    /// <summary>A study that is done and one that failed, a video that waits, and spans of the first.</summary>
    /// <returns>The id of the study that is done.</returns>
    private static async Task<Guid> FillAsync(SharedLedger shared)
    {
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("patient1/a.mp4", "1"), new(0.7, 0.2, 0.1), new(0.6, 0.2, 0.2));
        var failed = await shared.ArriveAsync("patient2/b.mp4", "2");
        await worker.Videos.FailAsync(failed.VideoId, 0, LusPipeline.Core.Outcomes.ReasonCode.Crashed, "", Cancellation);
        shared.Clock.Move(61);
        foreach (var due in await worker.Studies.TakeDueAsync(100, TimeSpan.FromMinutes(1), Cancellation))
            await worker.Completion.CompleteStudyAsync(due, Cancellation);
        var announcements = new StudyAnnouncements(shared.Open);
        foreach (var due in await announcements.DueAsync(100, Cancellation))
            await announcements.AnnouncedAsync(Assert.Single(await shared.Results.StudiesAsync([due.StudyId], null, Cancellation)), Cancellation);
        await shared.ArriveAsync("patient3/waits.mp4", "3");
        var done = (await shared.Results.StudiesAsync(null, Cancellation)).Single(study => study.Result is not null).StudyId;
        await using var ledger = shared.Open();
        ledger.Spans.Add(new SpanRow
        {
            StudyDay = DateOnly.FromDateTime(shared.Clock.Now),
            TraceId = "a",
            SpanId = "1",
            StudyId = done,
            Name = "decode",
            StartedAt = shared.Clock.Now,
            DurationMicroseconds = 5000,
        });
        await ledger.SaveChangesAsync(Cancellation);
        return done;
    }
}
