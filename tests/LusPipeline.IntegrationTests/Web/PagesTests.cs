using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.IntegrationTests.Web;

/// <summary>What <c>lus serve</c> shows of both kinds of ledger.</summary>
public sealed partial class PagesTests(TestServers servers)
{
    private static readonly ClassProbabilities Covid = new(0.8125, 0.125, 0.0625);
    private static readonly ClassProbabilities Unsure = new(0.3, 0.45, 0.25);
    private static readonly ClassProbabilities Healthy = new(0.1, 0.2, 0.7);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task Numbers_are_those_of_lus_show_and_lus_results(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4", "1"), Covid, Unsure, Healthy);
        await worker.FinishAsync(await shared.ArriveAsync("p1/b.mp4", "2"), new ClassProbabilities(1 / 3.0, 1 / 7.0, 11 / 21.0));
        await worker.Completion.RejectVideoAsync(await worker.StartAsync(await shared.ArriveAsync("p1/c.mp4", "3")), ReasonCode.Empty, "The file has no bytes.", null, Cancellation);
        await using var served = await ServedLedger.StartAsync(shared);
        var id = (await shared.StudyAsync("p1")).StudyId;

        var shown = await LusAsync(shared, "show", "p1", "--format", "json");
        Assert.Equal(shown.Output, Lines(await served.PageAsync($"/api/v1/studies/{id}/results.jsonl")));
        var results = await LusAsync(shared, "results", "--study", "p1", "--format", "csv");
        Assert.Equal(results.Output.Select(line => line.TrimEnd('\r')), Lines(await served.PageAsync($"/api/v1/studies/{id}/results.csv")));

        var study = await served.JsonAsync($"/api/v1/studies/{id}");
        Assert.Equal(shown.Output[^1], study.GetProperty("result").GetRawText());
        Assert.Equal(shown.Output.Take(3), study.GetProperty("videos").EnumerateArray().Select(video => video.GetProperty("result").GetRawText()));
        var listed = Assert.Single((await served.JsonAsync("/api/v1/studies")).GetProperty("studies").EnumerateArray());
        Assert.Equal(shown.Output[^1], listed.GetProperty("result").GetRawText());
        foreach (var video in study.GetProperty("videos").EnumerateArray())
        {
            var details = await served.JsonAsync($"/api/v1/videos/{video.GetProperty("id").GetString()}");
            Assert.Equal(video.GetProperty("result").GetRawText(), details.GetProperty("result").GetRawText());
        }
        var first = study.GetProperty("videos")[0].GetProperty("id").GetString();
        var clips = (await served.JsonAsync($"/api/v1/videos/{first}")).GetProperty("clips");
        Assert.Equal([Covid.Covid, Unsure.Covid, Healthy.Covid], clips.EnumerateArray().Select(clip => clip.GetProperty("probabilities").GetProperty("covid").GetDouble()));

        var page = await served.PageAsync($"/studies/{id}");
        var mean = JsonDocument.Parse(shown.Output[^1]).RootElement.GetProperty("probabilities");
        Assert.Contains($">{mean.GetProperty("covid").GetDouble():0.000}<", page, StringComparison.Ordinal);
        Assert.Contains("The file is empty.", page, StringComparison.Ordinal);
        Assert.Contains(">0.813<", await served.PageAsync($"/videos/{first}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task A_study_shows_its_traces_from_start_to_end_with_the_first_spans_of_each(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        await shared.ArriveAsync("p1/a.mp4", "1");
        var study = await shared.StudyAsync("p1");
        var start = new DateTime(2026, 11, 29, 10, 0, 0, DateTimeKind.Utc);
        await using (var ledger = shared.Open())
        {
            await ledger.Spans.ExecuteDeleteAsync(Cancellation);
            // The one that ends last is neither the first nor the last to start. The second trace is one of a replay.
            ledger.Spans.AddRange(Enumerable.Range(0, 230).Select(index => Span(study, 'a', index, start.AddMilliseconds(index), index == 210 ? 5_000_000 : 1000)));
            ledger.Spans.Add(Span(study, 'b', 0, start.AddHours(1), 250_000));
            await ledger.SaveChangesAsync(Cancellation);
        }
        await using var served = await ServedLedger.StartAsync(shared);

        var page = await served.PageAsync($"/studies/{study.StudyId}");

        Assert.Equal(["5210.0 ms in all", "250.0 ms in all"], Totals().Matches(page).Select(match => match.Value));
        Assert.Equal(200 + 1, Bars().Count(page));
        Assert.Contains("And 30 more spans", page, StringComparison.Ordinal);
        Assert.Equal(231, (await served.JsonAsync($"/api/v1/studies/{study.StudyId}/trace")).GetProperty("spans").GetArrayLength());
    }

    [GeneratedRegex("[0-9.]+ ms in all")]
    private static partial Regex Totals();

    [GeneratedRegex("class=\"span-")]
    private static partial Regex Bars();

    private static SpanRow Span(StudyRow study, char trace, int index, DateTime start, long microseconds) => new()
    {
        StudyDay = study.StudyDay,
        StudyId = study.StudyId,
        TraceId = new string(trace, 32),
        SpanId = index.ToString("x16", CultureInfo.InvariantCulture),
        Name = "probe",
        StartedAt = start,
        DurationMicroseconds = microseconds,
    };

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task Pages_of_the_list_follow_each_other_newest_first(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        for (var index = 0; index < 7; index++)
        {
            await shared.ArriveAsync($"p{index}/a.mp4", $"{index}");
            // Studies that were seen at one time are told apart by their ids.
            if (index % 2 == 0)
                shared.Clock.Move(60);
        }
        await using var served = await ServedLedger.StartAsync(shared);

        var names = new List<string>();
        var (path, pages) = ("/api/v1/studies?limit=2", 0);
        for (string? next = ""; next is not null; pages++)
        {
            var page = await served.JsonAsync(path + (next.Length == 0 ? "" : $"&after={next}"));
            names.AddRange(page.GetProperty("studies").EnumerateArray().Select(study => study.GetProperty("result").GetProperty("study").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(4, pages);
        Assert.Equal(["p6", "p5", "p4", "p3", "p2", "p1", "p0"], names.Chunk(1).Select(name => name[0]).OrderByDescending(name => name));
        Assert.Equal(7, names.Distinct().Count());
        Assert.Equal(["p0", "p2 p1", "p4 p3", "p6 p5"], [names[6], Pair(names[4..6]), Pair(names[2..4]), Pair(names[..2])]);

        var html = await served.PageAsync("/?limit=2");
        var older = Regex.Match(html, "<a href=\"([^\"]*)\" rel=\"next\"").Groups[1].Value;
        Assert.Contains(names[2], await served.PageAsync(WebUtility.HtmlDecode(older)), StringComparison.Ordinal);

        static string Pair(IEnumerable<string> pair) => string.Join(' ', pair.OrderDescending());
    }

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task Filters_choose(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("anna-covid/a.mp4", "1"), Covid);
        var seen = (await shared.StudyAsync("anna-covid")).FirstSeenAt;
        shared.Clock.Move(3 * 86_400);
        await worker.BeatAsync();
        await worker.FinishAsync(await shared.ArriveAsync("berta-unsure/a.mp4", "2"), Unsure);
        await worker.FinishAsync(await shared.ArriveAsync("Anna-healthy/a.mp4", "3"), Healthy);
        await shared.ArriveAsync("open/a.mp4", "4");
        shared.Clock.Move(2 * SharedLedger.Quiet.TotalSeconds);
        foreach (var due in await worker.Studies.TakeDueAsync(10, TimeSpan.Zero, Cancellation))
            await worker.Completion.CompleteStudyAsync(due, Cancellation);
        await using var served = await ServedLedger.StartAsync(shared);
        var (day, next) = ($"{seen:yyyy-MM-dd}", $"{seen.AddDays(1):yyyy-MM-dd}");

        async Task<string> FoundAsync(string query) => string.Join(' ', (await served.JsonAsync($"/api/v1/studies?{query}")).GetProperty("studies").EnumerateArray()
            .Select(study => study.GetProperty("result").GetProperty("study").GetString()).Order(StringComparer.Ordinal));

        Assert.Equal("Anna-healthy anna-covid berta-unsure open", await FoundAsync(""));
        Assert.Equal("anna-covid", await FoundAsync("diagnosis=covid"));
        Assert.Equal("berta-unsure", await FoundAsync("uncertain=true"));
        Assert.Equal("Anna-healthy anna-covid", await FoundAsync("uncertain=false"));
        Assert.Equal("Anna-healthy anna-covid", await FoundAsync("name=ANNA"));
        Assert.Equal("Anna-healthy", await FoundAsync("name=anna&diagnosis=healthy"));
        Assert.Equal("anna-covid", await FoundAsync("name=anna-covid&limit=1"));
        Assert.Equal("anna-covid", await FoundAsync($"until={day}"));
        Assert.Equal("Anna-healthy berta-unsure open", await FoundAsync($"since={next}"));
        Assert.Equal("open", await FoundAsync($"status=open&since={next}"));
        Assert.Equal("Anna-healthy anna-covid berta-unsure open", await FoundAsync($"model={SharedLedger.Bundle[..12]}"));
        Assert.Equal("", await FoundAsync("model=another"));
        Assert.Contains("berta-unsure", await served.PageAsync("/?uncertain=true&diagnosis=&name="), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status=gone", "'status' is one of open, done, failed, cancelled.")]
    [InlineData("since=soon", "'since' is an age such as 30min")]
    [InlineData("after=1234", "'after' is not the 'next' of a page.")]
    [InlineData("limit=100000", "'limit' is a whole number from 1 to 200.")]
    [InlineData("name=%00", "'name' has more than 200 letters, or one that no text has.")]
    public async Task A_wrong_query_is_refused_with_the_fix(string query, string message)
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared);

        foreach (var path in new[] { "/api/v1/studies", "/" })
        {
            using var answer = await served.Client.GetAsync(new Uri($"{path}?{query}", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(message, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancellation)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task Any_name_is_only_a_name(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        string[] hostile = ["<script>alert(1)<", "\"onfocus=alert(2) autofocus x=\"", "'; alert(3)//", "{{7*7}} ${7*7} @(7*7)", "\u202egpm.<img src=x onerror=alert(4)>", "&lt;b&gt;"];
        foreach (var (name, index) in hostile.Select((name, index) => (name.Replace("/", "∕", StringComparison.Ordinal), index)))
            await worker.FinishAsync(await shared.ArriveAsync($"{name}/{name}.mp4", $"{index}"), Healthy);
        await using var served = await ServedLedger.StartAsync(shared);

        var pages = new List<string> { await served.PageAsync("/"), await served.PageAsync($"/?name={Uri.EscapeDataString(hostile[0])}&model=%22%3E%3Cscript%3E") };
        foreach (var study in (await served.JsonAsync("/api/v1/studies")).GetProperty("studies").EnumerateArray())
        {
            var id = study.GetProperty("id").GetString();
            pages.Add(await served.PageAsync($"/studies/{id}"));
            var video = (await served.JsonAsync($"/api/v1/studies/{id}")).GetProperty("videos")[0].GetProperty("id").GetString();
            pages.Add(await served.PageAsync($"/videos/{video}"));
        }
        Assert.Equal(2 + (2 * hostile.Length), pages.Count);
        foreach (var page in pages)
        {
            Assert.DoesNotContain("<script>", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("\u202e", page, StringComparison.Ordinal);
            Assert.DoesNotMatch(Handler(), page);
        }
        Assert.Contains("&lt;script&gt;alert(1)&lt;", pages[0], StringComparison.Ordinal);
        Assert.Contains("{{7*7}} ${7*7} @(7*7)", pages[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task Without_names_ids_stand_in_place_of_them_everywhere(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("mustermann/erika.mp4", "1"), Healthy);
        await worker.Completion.RejectVideoAsync(
            await worker.StartAsync(await shared.ArriveAsync("mustermann/hans.mp4", "2")), ReasonCode.Undecodable, "mustermann/hans.mp4: broken", null, Cancellation);
        await using var served = await ServedLedger.StartAsync(shared, names: false);
        var study = (await shared.StudyAsync("mustermann")).StudyId;
        var videos = (await served.JsonAsync($"/api/v1/studies/{study}")).GetProperty("videos").EnumerateArray().Select(video => video.GetProperty("id").GetString()!).ToList();

        string[] paths =
        [
            "/", $"/studies/{study}", "/operations", "/models", "/api/v1/studies", $"/api/v1/studies/{study}", $"/api/v1/studies/{study}/trace", $"/api/v1/studies/{study}/results.jsonl",
            $"/api/v1/studies/{study}/results.csv", .. videos.SelectMany(video => new[] { $"/videos/{video}", $"/api/v1/videos/{video}" }),
        ];
        foreach (var path in paths)
        {
            var text = await served.PageAsync(path);
            foreach (var name in new[] { "mustermann", "erika", "hans" })
                Assert.False(text.Contains(name, StringComparison.OrdinalIgnoreCase), $"{path} has {name}.");
        }
        Assert.Contains(study.ToString("N")[..8], await served.PageAsync("/"), StringComparison.Ordinal);
        using var asked = await served.Client.GetAsync(new Uri("/api/v1/studies?name=mustermann", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, asked.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_study_of_many_videos_is_shown_500_at_a_time_and_without_names_in_the_order_of_ids(bool names)
    {
        const int Videos = 1_001;
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        var found = await shared.ArriveAsync([.. Enumerable.Range(0, Videos).Select(index => SharedLedger.Seen($"large/{index:0000}.mp4", $"{index}"))]);
        await using var served = await ServedLedger.StartAsync(shared, names);
        var study = (await shared.StudyAsync("large")).StudyId;

        async Task<List<Guid>> ShownAsync(string from)
        {
            var page = await served.PageAsync($"/studies/{study}{from}");
            return [.. VideoRow().Matches(page).Select(row => Guid.Parse(row.Groups[1].Value))];
        }
        List<Guid> shown = [.. await ShownAsync(""), .. await ShownAsync("?from=500"), .. await ShownAsync("?from=1000")];

        Assert.Equal(names ? found.Select(video => video.VideoId) : found.Select(video => video.VideoId).Order(), shown);
        Assert.Contains("501 to 1,000 of 1,001 videos.", await served.PageAsync($"/studies/{study}?from=500"), StringComparison.Ordinal);
        Assert.Contains($"/studies/{study}?from=1000\"", await served.PageAsync($"/studies/{study}?from=500"), StringComparison.Ordinal);
        foreach (var from in new[] { "?from=", "?from=x", "?from=-1", "?from=499", "?from=99999999999" })
            Assert.Equal(shown[..500], await ShownAsync(from));
        Assert.Equal(shown[1000..], await ShownAsync("?from=1001"));
    }

    [Fact]
    public async Task What_the_ledger_does_not_have_is_not_found()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared);

        foreach (var path in new[] { $"/studies/{Guid.NewGuid()}", $"/videos/{Guid.NewGuid()}", $"/api/v1/studies/{Guid.NewGuid()}", $"/api/v1/videos/{Guid.NewGuid()}", "/studies/x", "/api/v2/studies", "/nothing" })
        {
            using var answer = await served.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, path);
            Assert.Equal(path.StartsWith("/api/", StringComparison.Ordinal) ? "application/json" : "text/html", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task What_does_not_come_is_given_up_and_the_page_has_what_came_before()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        for (var index = 0; index < 30; index++)
        {
            await shared.ArriveAsync($"p{index:00}/a.mp4", $"{index}");
            shared.Clock.Move(1);
        }
        await using var source = new NpgsqlDataSourceBuilder($"{shared.ConnectionString};Pooling=false").Build();
        await using var holder = await source.OpenConnectionAsync(Cancellation);
        var opened = 0;
        var pages = new StudyPages(
            () =>
            {
                // The rows of the page and the first studies are read; nobody can read the videos of the others.
                if (++opened == 3)
                {
                    using var hold = new NpgsqlCommand("BEGIN; LOCK TABLE videos", holder);
                    hold.ExecuteNonQuery();
                }
                return shared.Open();
            }, TimeProvider.System);

        var page = await pages.ReadAsync(new(), null, 25, Cancellation);

        Assert.True(page.Cut);
        Assert.Equal(Enumerable.Range(0, 30).Reverse().Take(page.Studies.Count).Select(index => $"p{index:00}"), page.Studies.Select(study => study.Study));
        Assert.InRange(page.Studies.Count, 10, 24);
        Assert.Equal(page.Studies[^1].StudyId, page.Next!.StudyId);
    }

    [Fact]
    public async Task A_database_that_started_again_costs_no_reader_a_page()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4", "1"), Healthy);
        await using var served = await ServedLedger.StartAsync(shared);
        var study = (await shared.StudyAsync("p1")).StudyId;
        string[] paths = ["/", $"/studies/{study}", "/?uncertain=false", $"/api/v1/studies/{study}"];
        await Task.WhenAll(paths.Select(served.PageAsync));

        await using (var source = new NpgsqlDataSourceBuilder($"{shared.ConnectionString};Pooling=false").Build())
        await using (var end = source.CreateCommand("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"))
            await end.ExecuteNonQueryAsync(Cancellation);

        await Task.WhenAll(paths.Select(served.PageAsync));
    }

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task Operations_tell_what_waits_and_what_has_no_result(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4", "1"), Healthy, Covid);
        await worker.Completion.RejectVideoAsync(await worker.StartAsync(await shared.ArriveAsync("p1/b.mp4", "2")), ReasonCode.Empty, "", null, Cancellation);
        await shared.ArriveAsync("p2/a.mp4", "3");
        await worker.CutAsync(await shared.ArriveAsync("p2/b.mp4", "4"), 3);
        await using var served = await ServedLedger.StartAsync(shared);

        var stages = (await served.JsonAsync("/api/v1/status")).GetProperty("stages").EnumerateArray()
            .Select(stage => (stage.GetProperty("waiting").GetInt32(), stage.GetProperty("done").GetInt32(), stage.GetProperty("failed").GetInt32()));
        Assert.Equal([(1, 2, 1), (3, 2, 0), (0, 2, 0)], stages);
        Assert.Contains("The file is empty.", await served.PageAsync("/operations"), StringComparison.Ordinal);
    }

    private static Task<LusResult> LusAsync(SharedLedger shared, params string[] arguments) => shared.Home is { } home
        ? LusCommand.RunAsync([.. arguments, "--home", home])
        : LusCommand.RunAsync(arguments, new Dictionary<string, string?> { ["LUS__Database__ConnectionString"] = shared.ConnectionString });

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    /// <summary>An attribute that would run a script.</summary>
    [GeneratedRegex("<th scope=\"row\"><a href=\"/videos/([^\"]*)\"")]
    private static partial Regex VideoRow();

    [GeneratedRegex("<[^>]*\\son\\w+\\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex Handler();
}
