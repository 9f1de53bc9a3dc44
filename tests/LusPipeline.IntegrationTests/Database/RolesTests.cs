using System.Text.RegularExpressions;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Buckets;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Operating;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Web;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Intake;
using Npgsql;

namespace LusPipeline.IntegrationTests.Database;

/// <summary>What each role of <c>deploy/sql/roles.sql</c> may do. Roles are a server's, so the server is the class's own.</summary>
public sealed partial class RolesTests(RolesTests.Server server) : IClassFixture<RolesTests.Server>
{
    private static readonly string[] DashboardViews =
        ["video_results", "study_results", "announced_results", "stage_backlog", "failures_by_reason", "throughput", "study_spans", "worker_heartbeats"];

    private static readonly string[] Tables = ["studies", "videos", "clips", "predictions", "model_bundles", "spans", "workers", "duties", "content_hashes"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A server whose roles no other test sees.</summary>
    public sealed class Server : IAsyncDisposable
    {
        public TestServers Servers { get; } = TestServers.Single();

        public ValueTask DisposeAsync() => Servers.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_script_may_run_before_and_after_the_first_migration_and_again(bool before)
    {
        var database = await server.Servers.NewDatabaseAsync();
        if (before)
        {
            await DeployScript.MakeRolesAsync(database);
            Assert.Contains("Rights given to lus_worker, lus_ingest, lus_features, lus_sequence, lus_operator, lus_dashboard, lus_analyst, lus_web, lus_web_names.", (await MigrateAsync(As(database, "lus_migrator"))).Output);
        }
        else
        {
            Assert.Equal(0, (await MigrateAsync(database)).ExitCode);
        }
        await DeployScript.MakeRolesAsync(database);
        await DeployScript.MakeRolesAsync(database);

        Assert.Equal(0, (await MigrateAsync(As(database, "lus_migrator"))).ExitCode);
        Assert.Equal("lus_migrator", await ExecuteAsync(database, "SELECT string_agg(DISTINCT tableowner::text, ',') FROM pg_tables WHERE schemaname = 'public'"));
        await ExecuteAsync(As(database, "lus_migrator"), "ALTER TABLE studies ADD COLUMN later integer");
        await ExecuteAsync(As(database, "lus_worker"), "UPDATE studies SET later = 1");
    }

    [Fact]
    public async Task A_worker_makes_every_move_of_the_ledger()
    {
        using var shared = SharedLedger.Connect(As(await ReadyAsync(), "lus_worker"));
        await PostgresLedger.RequireVersionAsync(shared.Open, Cancellation);
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(SharedLedger.Bundle, "tiny", "1", 0.5, Cancellation);
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(SharedLedger.Bundle, "tiny", "2", 0.5, Cancellation);
        var clock = new DatabaseClock();
        var register = new WorkerRegister(shared.Open, clock);
        var row = new WorkerRow { WorkerId = Guid.NewGuid(), Stages = "ingest", Host = "host", Version = "1" };
        await register.BeatAsync(row, Cancellation);
        await register.BeatAsync(row, Cancellation);
        await register.ForgetAsync(TimeSpan.FromDays(1), Cancellation);
        var worker = await shared.JoinAsync();
        Assert.True(await worker.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));
        Assert.True(await worker.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));

        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4", "old"));
        var found = await shared.ArriveAsync("p1/a.mp4", "new");
        await worker.Videos.InterruptAsync(await worker.StartAsync(found));
        await worker.Videos.PostponeAsync(await worker.StartAsync(found), TimeSpan.FromSeconds(1), Cancellation);
        await worker.Videos.RetryAsync(await worker.StartAsync(found), Cancellation);
        var clips = await worker.CutAsync(found, 2);
        await worker.Clips.InterruptAsync(await worker.StartAsync(clips[0], WorkStatus.Cut), WorkStatus.Cut);
        await worker.Clips.RetryAsync(await worker.StartAsync(clips[0], WorkStatus.Cut), WorkStatus.Cut, Cancellation);
        await worker.Clips.PostponeAsync(await worker.StartAsync(clips[0], WorkStatus.Cut), WorkStatus.Cut, TimeSpan.Zero, Cancellation);
        var study = (await shared.StudyAsync("p1")).StudyId;
        await worker.PredictAsync(clips[0], study);
        await worker.Clips.StepBackAsync(await worker.StartAsync(clips[1], WorkStatus.Cut), WorkStatus.Cut, Cancellation);
        await worker.Videos.StepBackAsync(found.VideoId, 0, Cancellation);
        await worker.Completion.RejectVideoAsync(await worker.StartAsync(await shared.ArriveAsync("p1/b.mp4", "02")), ReasonCode.Empty, "", null, Cancellation);
        var failing = Assert.Single(await worker.CutAsync(await shared.ArriveAsync("p1/c.mp4", "03")));
        await worker.Clips.FailAsync(await worker.StartAsync(failing, WorkStatus.Cut), WorkStatus.Cut, ReasonCode.Crashed, Cancellation);
        shared.Clock.Move(3600);
        await worker.BeatAsync();
        Assert.Contains(found, await worker.Sweeper.TakeAsync(new(0, 0, 0), Cancellation));
        await worker.Settlement.SettleDueAsync(Cancellation);
        Assert.Equal(ReturnedOutcome.ComesBack, await worker.Returned.SettleAsync(found, Cancellation));
        await worker.CutAsync(found, 2, done: 1);
        await worker.PredictAsync(clips[1], study);
        foreach (var due in await worker.Studies.TakeDueAsync(10, TimeSpan.Zero, Cancellation))
            await worker.Completion.CompleteStudyAsync(due, Cancellation);
        var announcements = new StudyAnnouncements(shared.Open);
        foreach (var told in await announcements.DueAsync(10, Cancellation))
            await announcements.AnnouncedAsync(Assert.Single(await shared.Results.StudiesAsync([told.StudyId], null, Cancellation)), Cancellation);
        Assert.Single(await new VideoRegister(shared.Open, shared.Clock)
            .RequestAsync([SharedLedger.Seen("p1/a.mp4", "new")], shared.Target, new(), force: true, Cancellation));
        Assert.NotEmpty(await shared.Results.StudiesAsync(null, Cancellation));
        await ExecuteAsync(shared.ConnectionString!, $"INSERT INTO spans VALUES ('2026-01-01', 't', 's', NULL, '{study}', NULL, NULL, 'decode', now(), 1, NULL, '{{}}') ON CONFLICT DO NOTHING");
        await register.LeaveAsync(row.WorkerId, Cancellation);
        Assert.Equal([study], shared.Completed.Distinct());
    }

    [Theory]
    [InlineData("ALTER TABLE clips ADD COLUMN x integer")]
    [InlineData("DROP TABLE spans")]
    [InlineData("DROP VIEW study_results")]
    [InlineData("CREATE TABLE x (y integer)")]
    [InlineData("CREATE TEMP TABLE x (y integer)")]
    [InlineData("CREATE SCHEMA x")]
    [InlineData("TRUNCATE clips")]
    [InlineData("DELETE FROM clips")]
    [InlineData("DELETE FROM studies")]
    [InlineData("UPDATE predictions SET covid = 1")]
    [InlineData("SELECT grant_rights()")]
    [InlineData("INSERT INTO \"__EFMigrationsHistory\" VALUES ('x', 'x')")]
    [InlineData("SELECT name FROM study_names")]
    public async Task A_worker_does_not(string statement) => await RefusedAsync(As(await ReadyAsync(), "lus_worker"), statement);

    [Theory]
    [InlineData("ingest", "INSERT INTO predictions DEFAULT VALUES")]
    [InlineData("ingest", "SELECT count(*) FROM predictions")]
    [InlineData("ingest", "SELECT count(*) FROM video_results")]
    [InlineData("ingest", "SELECT count(*) FROM study_results")]
    [InlineData("ingest", "SELECT count(*) FROM announced_results")]
    [InlineData("ingest", "SELECT count(*) FROM spans")]
    [InlineData("features", "INSERT INTO predictions DEFAULT VALUES")]
    [InlineData("features", "SELECT count(*) FROM predictions")]
    [InlineData("features", "SELECT count(*) FROM video_results")]
    [InlineData("features", "INSERT INTO studies DEFAULT VALUES")]
    [InlineData("features", "INSERT INTO videos DEFAULT VALUES")]
    [InlineData("features", "INSERT INTO clips DEFAULT VALUES")]
    [InlineData("sequence", "INSERT INTO studies DEFAULT VALUES")]
    [InlineData("sequence", "INSERT INTO videos DEFAULT VALUES")]
    [InlineData("sequence", "INSERT INTO clips DEFAULT VALUES")]
    public async Task A_worker_of_one_stage_does_not_do_the_work_of_another(string stage, string statement) =>
        await RefusedAsync(As(await ReadyAsync(), $"lus_{stage}"), statement);

    [Theory]
    [InlineData("lus_ingest")]
    [InlineData("lus_features")]
    [InlineData("lus_sequence")]
    public async Task A_worker_of_one_stage_does_not(string role)
    {
        var database = As(await ReadyAsync(), role);
        foreach (var statement in new[]
        {
            "DELETE FROM studies", "DELETE FROM videos", "DELETE FROM clips", "DELETE FROM predictions", "DELETE FROM spans", "TRUNCATE clips",
            "UPDATE predictions SET covid = 1", "UPDATE spans SET name = ''", "UPDATE model_bundles SET threshold = 0", "DELETE FROM model_bundles",
            "INSERT INTO kept_out_videos DEFAULT VALUES", "SELECT name FROM study_names", "SELECT object_key FROM video_names", "DROP TABLE spans",
            "CREATE TABLE x (y integer)", "SELECT grant_rights()", "INSERT INTO \"__EFMigrationsHistory\" VALUES ('x', 'x')",
            "SET ROLE lus_worker", "SET ROLE lus_operator",
        })
        {
            await RefusedAsync(database, statement);
        }
    }

    [Theory]
    [InlineData("lus_worker", true)]
    [InlineData("lus_sequence", true)]
    [InlineData("lus_ingest", false)]
    [InlineData("lus_features", false)]
    public async Task Who_may_not_read_predictions_leaves_the_sweep_to_others(string role, bool may)
    {
        using var shared = SharedLedger.Connect(As(await ReadyAsync(), role));

        Assert.Equal(may, await new LeasedDuties(shared.Open, shared.Clock, Guid.NewGuid(), TimeSpan.FromSeconds(15)).MaySweepAsync(Cancellation));
    }

    [Fact]
    public async Task A_dashboard_reads_the_views_without_names_and_nothing_else()
    {
        var dashboard = As(await ReadyAsync(), "lus_dashboard");
        foreach (var view in DashboardViews)
            await ExecuteAsync(dashboard, $"SELECT count(*) FROM {view}");

        foreach (var table in Tables)
            await RefusedAsync(dashboard, $"SELECT count(*) FROM {table}");
        foreach (var statement in new[]
        {
            "SELECT * FROM study_names", "SELECT * FROM video_names", "INSERT INTO duties VALUES ('x', NULL, now())", "DELETE FROM workers",
            "UPDATE studies SET urgent = true", "DELETE FROM worker_heartbeats", "UPDATE study_names SET name = ''", "CREATE TABLE x (y integer)",
        })
        {
            await RefusedAsync($"{dashboard};Options=-c default_transaction_read_only=off", statement);
        }
        Assert.Equal("on", await ExecuteAsync(dashboard, "SHOW default_transaction_read_only"));
    }

    [Theory]
    [InlineData("lus_web")]
    [InlineData("lus_web_names")]
    public async Task The_pages_show_the_same_numbers_to_both_of_their_users_and_names_only_to_one(string role)
    {
        var database = await ReadyAsync();
        using var shared = SharedLedger.Connect(As(database, "lus_worker"));
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(SharedLedger.Bundle, "tiny", "1", 0.5, Cancellation);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("mustermann/left.mp4", "1"), new(1 / 3.0, 1 / 7.0, 11 / 21.0), new(0.1, 0.2, 0.7));
        await worker.FinishAsync(await shared.ArriveAsync("mustermann/basal.mp4", "2"), new ClassProbabilities(0.7, 0.1, 0.2));
        await worker.FinishAsync(await shared.ArriveAsync("mustermann/apical.mp4", "3"), new ClassProbabilities(0.3, 0.3, 0.4));
        await worker.Completion.RejectVideoAsync(
            await worker.StartAsync(await shared.ArriveAsync("mustermann/right.mp4", "4")), ReasonCode.Undecodable, "mustermann/right.mp4: broken", null, Cancellation);
        var study = await shared.StudyAsync("mustermann");
        var names = role == "lus_web_names";
        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = As(database, role) }, readOnly: true);
        await PostgresLedger.RequireVersionAsync(open, Cancellation);
        Assert.Equal(names, await NameRight.HasAsync(open, Cancellation));
        await using var asWorker = await ServedLedger.StartAsync(shared.Open, isHome: false, names: names);
        await using var served = await ServedLedger.StartAsync(open, isHome: false, names: names);

        string[] paths =
        [
            "/", $"/studies/{study.StudyId}", "/models", "/api/v1/studies", $"/api/v1/studies/{study.StudyId}", $"/api/v1/studies/{study.StudyId}/results.csv", $"/api/v1/studies/{study.StudyId}/trace",
            .. (await asWorker.JsonAsync($"/api/v1/studies/{study.StudyId}")).GetProperty("videos").EnumerateArray()
                .SelectMany(video => new[] { $"/videos/{video.GetProperty("id")}", $"/api/v1/videos/{video.GetProperty("id")}" }),
        ];
        foreach (var path in paths)
            Assert.Equal(Moving().Replace(await asWorker.PageAsync(path), ""), Moving().Replace(await served.PageAsync(path), ""));
        Assert.Equal(
            (await asWorker.JsonAsync("/api/v1/status")).GetProperty("stages").GetRawText(), (await served.JsonAsync("/api/v1/status")).GetProperty("stages").GetRawText());
        Assert.Equal(names, (await served.PageAsync("/")).Contains("mustermann", StringComparison.Ordinal));
        // Whatever the setting says, the database does not give lus_web a name.
        await using var asked = await ServedLedger.StartAsync(open, isHome: false, names: true);
        foreach (var path in paths)
            Assert.Equal(names && path is not ("/models" or "/api/v1/models") && !path.EndsWith("/trace", StringComparison.Ordinal), (await asked.PageAsync(path)).Contains("mustermann", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lus_web")]
    [InlineData("lus_web_names")]
    public async Task A_user_of_the_pages_reads_what_they_show_and_nothing_else(string role)
    {
        var database = await ReadyAsync();
        var user = $"{As(database, role)};Options=-c default_transaction_read_only=off";
        string[] refused =
        [
            "SELECT * FROM duties", "SELECT * FROM content_hashes", "SELECT * FROM kept_out_videos", "SELECT * FROM audit", "SELECT * FROM workers",
            "DELETE FROM predictions", "UPDATE model_bundles SET threshold = 0", "INSERT INTO spans DEFAULT VALUES", "DELETE FROM clips", "TRUNCATE predictions",
            "CREATE TABLE x (y integer)", "CREATE TEMP TABLE x (y integer)", "SELECT grant_rights()", "DROP VIEW study_results", "UPDATE study_names SET name = ''",
            "DELETE FROM public.studies", "UPDATE public.videos SET status = 'found'", "SET ROLE lus_worker", "CREATE TABLE nameless.x (y integer)",
        ];
        string[] ofNames = ["SELECT * FROM public.studies", "SELECT * FROM public.videos", "SELECT * FROM study_names", "SELECT * FROM video_names"];
        foreach (var statement in role == "lus_web" ? [.. refused, .. ofNames, "DELETE FROM studies", "UPDATE videos SET status = 'found'"] : refused)
            await RefusedAsync(user, statement);
        foreach (var statement in role == "lus_web" ? ["SELECT * FROM studies", "SELECT * FROM videos"] : ofNames)
            await ExecuteAsync(user, statement);
        Assert.Equal("on", await ExecuteAsync(As(database, role), "SHOW default_transaction_read_only"));
    }

    /// <summary>A column that somebody adds is not shown by mistake, and not forgotten.</summary>
    [Theory]
    [InlineData("studies")]
    [InlineData("videos")]
    public async Task The_views_without_names_have_every_column_of_their_table(string table)
    {
        var database = await ReadyAsync();
        string Columns(string schema) => $"SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_name) FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{table}'";

        Assert.Equal(await ExecuteAsync(database, Columns("public")), await ExecuteAsync(database, Columns("nameless")));
    }

    [Theory]
    [InlineData("Web:Names=true")]
    [InlineData("Web:Frames=true")]
    public async Task Names_and_frames_are_not_served_by_a_user_who_may_not_read_them(string setting)
    {
        var database = await ReadyAsync();

        var result = await LusCommand.RunAsync(["serve", "--port", "0", "--set", setting], Environment(As(database, "lus_web")));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Connect as lus_web_names", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_reads_names_and_deletes()
    {
        var database = As(await ReadyAsync(), "lus_operator");
        foreach (var table in new[] { "predictions", "clips", "videos", "studies", "spans" })
            await ExecuteAsync(database, $"DELETE FROM {table}");
        await ExecuteAsync(database, "SELECT name FROM study_names");
        await ExecuteAsync(database, "SELECT object_key FROM video_names");
        await RefusedAsync(database, "DROP TABLE spans");
    }

    [Fact]
    public async Task An_operator_adds_to_the_audit_and_nobody_changes_it()
    {
        var database = await ReadyAsync();
        var user = As(database, "lus_operator");
        await ExecuteAsync(user, "INSERT INTO audit (person, action, counts) VALUES ('erika', 'prune', '{}')");
        foreach (var statement in new[]
        {
            "UPDATE audit SET person = 'nobody'", "DELETE FROM audit", "TRUNCATE audit",
            "INSERT INTO audit (person, action, counts, database_user) VALUES ('erika', 'prune', '{}', 'nobody')",
            "INSERT INTO audit (person, action, counts, recorded_at) VALUES ('erika', 'prune', '{}', now())",
        })
        {
            await RefusedAsync(user, statement);
        }
        await RefusedAsync(As(database, "lus_worker"), "INSERT INTO audit (person, action, counts) VALUES ('erika', 'prune', '{}')");
        await RefusedAsync(As(database, "lus_worker"), "SELECT person FROM audit");
        // Not even the owner, by mistake.
        foreach (var statement in new[] { "UPDATE audit SET person = 'nobody'", "DELETE FROM audit", "TRUNCATE audit" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(As(database, "lus_migrator"), statement));
            Assert.Equal("The audit is append-only.", refused.MessageText);
        }
        Assert.Equal("erika lus_operator", await ExecuteAsync(database, "SELECT person || ' ' || database_user FROM audit"));
    }

    [Fact]
    public async Task An_operator_runs_every_command_on_the_ledger()
    {
        var database = await ReadyAsync();
        var ledger = await OperatedLedger.OfAsync(As(database, "lus_worker"));
        using var place = new S3Place(await server.Servers.NewBucketAsync());
        var seen = await ledger.SeeAsync("p1/a.mp4", "p2/a.mp4", "p3/a.mp4");
        await ledger.FinishAsync(seen[0], new(0, 0, 1));
        await ledger.Completion.FailVideoAsync(seen[1].VideoId, seen[1].StudyId, 0, ReasonCode.Crashed, "", Cancellation);
        await ExecuteAsync(database, $"UPDATE studies SET status = 'done', completed_at = now() WHERE study_id = '{seen[0].StudyId}'");
        var environment = OperatedLedger.Variables(place.Options).Concat(Environment(As(database, "lus_operator"))).ToDictionary();

        async Task<string> LusAsync(params string[] arguments)
        {
            var result = await LusCommand.RunAsync(arguments, environment);
            Assert.True(result.ExitCode == 0, $"lus {string.Join(' ', arguments)}: {result}");
            return result.Output.Count == 0 ? "" : result.Output[0];
        }

        await LusAsync("db", "status");
        await LusAsync("status");
        Assert.Contains("p1", await LusAsync("results", "--study", "p1", "--format", "json"), StringComparison.Ordinal);
        await LusAsync("studies");
        await LusAsync("show", "p1");
        Assert.Equal("p2/a.mp4: failed (crashed)", await LusAsync("replay", "--failed", "--dry-run"));
        Assert.StartsWith("1 videos wait again.", await LusAsync("replay", "--failed", "--urgent"), StringComparison.Ordinal);
        Assert.Equal("p3: cancelled, with 1 videos and 0 clips that waited", await LusAsync("cancel", "p3"));
        Assert.StartsWith("1 videos wait again.", await LusAsync("replay", "--study", "p1"), StringComparison.Ordinal);
        await ledger.FinishAsync(seen[0], new(0, 1, 0), generation: 1);
        await ExecuteAsync(database, $"UPDATE studies SET status = 'done', completed_at = now() WHERE study_id = '{seen[0].StudyId}'");
        await LusAsync("prune", "--older-than", "0s", "--dry-run");
        await LusAsync("prune", "--older-than", "0s");
        Assert.StartsWith("p2: deleted 1 videos", await LusAsync("delete", "p2", "--yes", "--keep-out"), StringComparison.Ordinal);
        Assert.StartsWith("studies: 2 deleted", await LusAsync("prune", "--older-than", "0s", "--studies"), StringComparison.Ordinal);

        Assert.Equal(0L, await ExecuteAsync(database, "SELECT (SELECT count(*) FROM studies) + (SELECT count(*) FROM videos) + (SELECT count(*) FROM predictions)"));
        Assert.Equal(3L, await ExecuteAsync(database, "SELECT count(*) FROM kept_out_videos"));
    }

    [Fact]
    public async Task A_password_of_any_letters_lets_in_and_a_wrong_one_is_not_repeated()
    {
        var database = await server.Servers.NewDatabaseAsync();
        const string Password = "it's \"a\" $secret$; \\ :x";
        var rules = (string)(await ExecuteAsync(database, "SHOW hba_file"))!;
        var before = (string)(await ExecuteAsync(database, $"SELECT pg_read_file('{rules}')"))!;
        await DeployScript.MakeRolesAsync(database, ("WORKER_PASSWORD", Password));
        try
        {
            await WriteAsync(database, rules, $"host all lus_worker 127.0.0.1/32 scram-sha-256\n{before}");
            Assert.Equal(1, await ExecuteAsync($"{As(database, "lus_worker", Password)}", "SELECT 1"));
            var wrong = await LusCommand.RunAsync(["db", "status"], Environment(As(database, "lus_worker", "wrong-one")));

            Assert.Equal(1, wrong.ExitCode);
            Assert.Contains("does not let lus_worker in. Check Username and Password", wrong.ErrorText, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong-one", wrong.ErrorText, StringComparison.Ordinal);
        }
        finally
        {
            await WriteAsync(database, rules, before);
        }
    }

    /// <summary>What differs from one reading to the next.</summary>
    [GeneratedRegex("data-at=\"[^\"]*\"")]
    private static partial Regex Moving();

    private async Task<string> ReadyAsync()
    {
        var database = await server.Servers.NewDatabaseAsync();
        await DeployScript.MakeRolesAsync(database);
        var open = PostgresLedger.Open(new DatabaseOptions { ConnectionString = As(database, "lus_migrator") });
        Assert.Equal(9, (await new LedgerMigration(open).RunAsync(() => { }, _ => { }, Cancellation)).Roles.Count);
        return database;
    }

    private static async Task RefusedAsync(string connectionString, string statement)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connectionString, statement));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private static Task<LusResult> MigrateAsync(string connectionString) => LusCommand.RunAsync(["db", "migrate"], Environment(connectionString));

    private static Dictionary<string, string?> Environment(string connectionString) => new() { ["LUS__Database__ConnectionString"] = connectionString };

    private static string As(string connectionString, string user, string? password = null) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Username = user, Password = password, Pooling = false }.ConnectionString;

    private static async Task WriteAsync(string database, string file, string text)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(Cancellation);
        foreach (var sql in new[]
        {
            "CREATE TEMP TABLE lines AS SELECT unnest(string_to_array(current_setting('test.text'), chr(10))) AS line",
            $"COPY (SELECT line FROM lines) TO '{file}'",
            "SELECT pg_reload_conf()",
        })
        {
            await using var set = new NpgsqlCommand("SELECT set_config('test.text', $1, false)", connection) { Parameters = { new() { Value = text } } };
            await set.ExecuteNonQueryAsync(Cancellation);
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
