using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Intake;

namespace LusPipeline.IntegrationTests.Database;

public sealed class DashboardViewsTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_in_views_equal_those_of_the_program_to_the_last_bit()
    {
        using var shared = await FilledAsync();
        var studies = await shared.Results.StudiesAsync(null, Cancellation);
        var videos = studies.SelectMany(study => study.Videos).ToList();
        Assert.InRange(videos.Count(video => video.Result is not null), 20, videos.Count - 3);

        var videoRows = await RowsAsync(shared, "SELECT video_id, status, reason, clips, covid, pneumonia, healthy, diagnosis, spread, uncertain, generation, trace_id, variant, frames FROM video_results");
        var studyRows = await RowsAsync(shared, "SELECT study_id, status, covid, pneumonia, healthy, diagnosis, spread, uncertain, videos, done, rejected, failed, unfinished, revision, trace_id FROM study_results");

        Assert.Equal(videos.Select(Row).Order(), videoRows.Order());
        Assert.Equal(studies.Select(Row).Order(), studyRows.Order());
    }

    [Fact]
    public async Task What_was_told_of_stays_until_the_next_time()
    {
        using var shared = await FilledAsync();
        var announcements = new StudyAnnouncements(shared.Open);
        foreach (var due in await announcements.DueAsync(100, Cancellation))
            await announcements.AnnouncedAsync(Assert.Single(await shared.Results.StudiesAsync([due.StudyId], null, Cancellation)), Cancellation);
        const string Columns = "study_id, status, revision, videos, rejected, covid, pneumonia, healthy, diagnosis, spread, uncertain, completed_at, trace_id";
        const string Failed = "failed + cancelled";
        var live = await RowsAsync(shared, $"SELECT {Columns}, {Failed} FROM study_results WHERE revision > 0");
        Assert.InRange(live.Count, 6, 20);

        var told = await RowsAsync(shared, $"SELECT {Columns}, failed FROM announced_results");
        await shared.ArriveAsync("patient0/late.mp4", "late");

        Assert.Equal(live.Order(), told.Order());
        Assert.Equal(
            told.Select(row => row.Replace("|done|", "|", StringComparison.Ordinal).Replace("|failed|", "|", StringComparison.Ordinal)).Order(),
            (await RowsAsync(shared, $"SELECT {Columns.Replace("status, ", "", StringComparison.Ordinal)}, failed FROM announced_results")).Order());
        Assert.Equal(["open"], await RowsAsync(shared, "SELECT status FROM announced_results WHERE status NOT IN ('done', 'failed')"));
    }

    [Fact]
    public async Task A_backlog_counts_what_waits_and_what_is_in_work()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        var found = await shared.ArriveAsync([.. Enumerable.Range(0, 5).Select(index => SharedLedger.Seen($"p{index}/a.mp4", $"{index}"))]);
        await worker.StartAsync(found[0]);
        var clips = await worker.CutAsync(found[1], 4);
        await worker.StartAsync(clips[0], WorkStatus.Cut);
        await worker.ExtractAsync(clips[1]);
        await worker.ExtractAsync(clips[2]);
        await worker.StartAsync(clips[2], WorkStatus.Extracted);

        Assert.Equal(
            ["features|1|1", "ingest|3|1", "sequence|1|1"],
            (await RowsAsync(shared, "SELECT stage, waiting, running FROM stage_backlog")).Order());
    }

    [Fact]
    public async Task Failures_are_counted_by_day_status_and_reason()
    {
        using var shared = await FilledAsync();

        var rows = await RowsAsync(shared, "SELECT finished_on::text, status, reason, videos FROM failures_by_reason");

        Assert.Equal(["2026-01-01|failed|crashed|1", "2026-01-01|rejected|empty|2"], rows.Order());
    }

    [Fact]
    public async Task Throughput_counts_the_clips_of_each_minute()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4"), LedgerWorker.Healthy, LedgerWorker.Healthy);
        shared.Clock.Move(59);
        await worker.FinishAsync(await shared.ArriveAsync("p2/a.mp4"));
        shared.Clock.Move(2);
        await worker.FinishAsync(await shared.ArriveAsync("p3/a.mp4"));

        Assert.Equal(
            ["12:00|3", "12:01|1"],
            (await RowsAsync(shared, "SELECT to_char(minute AT TIME ZONE 'UTC', 'HH24:MI'), clips FROM throughput WHERE minute >= '2026-01-01 12:00Z'")).Order());
        Assert.Equal(["1"], await RowsAsync(shared, "SELECT clips FROM throughput WHERE minute >= '2026-01-01 12:01Z'"));
    }

    [Fact]
    public async Task Spans_tell_their_offset_in_their_trace()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var study = Guid.NewGuid();
        await using (var ledger = shared.Open())
        {
            foreach (var (trace, span, start, duration) in new[] { ("a", "1", 0.0, 5000L), ("a", "2", 1.5, 250L), ("b", "3", 60.0, 1L) })
            {
                ledger.Spans.Add(new SpanRow
                {
                    StudyDay = DateOnly.FromDateTime(shared.Clock.Now),
                    TraceId = trace,
                    SpanId = span,
                    StudyId = study,
                    Name = "decode",
                    StartedAt = shared.Clock.Now.AddSeconds(start),
                    DurationMicroseconds = duration,
                });
            }
            await ledger.SaveChangesAsync(Cancellation);
        }

        var rows = await RowsAsync(shared, $"SELECT span_id, offset_ms::float8, duration_ms::float8 FROM study_spans WHERE study_id = '{study}' ORDER BY span_id");

        Assert.Equal(["1|0|5", "2|1500|0.25", "3|0|0.001"], rows);
    }

    [Fact]
    public async Task Only_the_views_of_names_have_names()
    {
        using var shared = await FilledAsync();
        var views = await RowsAsync(shared, "SELECT table_name::text FROM information_schema.views WHERE table_schema = 'public'");

        foreach (var view in views)
        {
            var text = string.Join('\n', await RowsAsync(shared, $"SELECT to_jsonb(t)::text FROM {view} t"));
            Assert.Equal(view.EndsWith("_names", StringComparison.Ordinal), text.Contains("patient", StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>Studies of every kind, with clips of random results.</summary>
    private async Task<SharedLedger> FilledAsync()
    {
        var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        var random = new Random(7);
        for (var study = 0; study < 8; study++)
        {
            for (var video = 0; video < 1 + (study % 4); video++)
            {
                var clips = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => Random(random)).ToArray();
                await worker.FinishAsync(await shared.ArriveAsync($"patient{study}/{random.Next()}.mp4", $"{study}.{video}"), clips);
            }
        }
        var third = 1.0 / 3;
        await worker.FinishAsync(await shared.ArriveAsync("patient-even/a.mp4"), new(third, third, third), new(0.2, 0.4, 0.4), new(0, 0.5, 0.5));
        await worker.FinishAsync(await shared.ArriveAsync("patient0/new.mp4", "old"), new ClassProbabilities(1, 0, 0));
        await worker.FinishAsync(await shared.ArriveAsync("patient0/new.mp4", "new"), new ClassProbabilities(0, 1, 0));
        foreach (var key in new[] { "patient1/empty.mp4", "patient-empty/empty.mp4" })
            await worker.Completion.RejectVideoAsync(await worker.StartAsync(await shared.ArriveAsync(key, key)), ReasonCode.Empty, "patient", null, Cancellation);
        var failed = await shared.ArriveAsync("patient2/failed.mp4", "02");
        await worker.Videos.FailAsync(failed.VideoId, 0, ReasonCode.Crashed, "", Cancellation);
        await shared.ArriveAsync("patient3/waits.mp4", "03");

        var forced = Assert.Single(await new VideoRegister(shared.Open, shared.Clock).RequestAsync(
            [SharedLedger.Seen("patient-even/a.mp4")], shared.Target, new(), force: true, Cancellation));
        await worker.FinishAsync(new(1, forced.VideoId, forced.StudyDay, forced.Generation), new(0.3, 0.3, 0.4), new(0.1, 0.3, 0.6));
        shared.Clock.Move(61);
        foreach (var study in await worker.Studies.TakeDueAsync(100, TimeSpan.FromMinutes(1), Cancellation))
            await worker.Completion.CompleteStudyAsync(study, Cancellation);
        return shared;
    }

    private static ClassProbabilities Random(Random random)
    {
        var (a, b) = (random.NextDouble(), random.NextDouble());
        return new(a, (1 - a) * b, (1 - a) * (1 - b));
    }

    private static string Row(VideoResult video) => string.Join('|', new object?[]
    {
        video.VideoId, video.Status, video.Reason, video.Result is null ? null : (long)video.Clips.Count,
        video.Result?.Probabilities.Covid, video.Result?.Probabilities.Pneumonia, video.Result?.Probabilities.Healthy,
        video.Result?.Diagnosis.Name(), video.Result?.Spread, video.Result?.Uncertain, video.Generation, video.TraceId, video.Variant, video.Frames,
    }.Select(Text));

    private static string Row(StudyResult study) => string.Join('|', new object?[]
    {
        study.StudyId, study.Status, study.Result?.Probabilities.Covid, study.Result?.Probabilities.Pneumonia, study.Result?.Probabilities.Healthy,
        study.Result?.Diagnosis.Name(), study.Result?.Spread, study.Result?.Uncertain, (long)study.Videos.Count,
        (long)study.Count(WorkStatus.Done), (long)study.Count(WorkStatus.Rejected), (long)study.Count(WorkStatus.Failed),
        (long)study.Count(WorkStatus.Found) + study.Count(WorkStatus.Cut), study.Revision, study.TraceId,
    }.Select(Text));

    private static Task<List<string>> RowsAsync(SharedLedger shared, string sql) =>
        shared.AskAsync(sql, row => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(column => Text(row.GetValue(column)))));

    private static string Text(object? value) => value switch
    {
        null or DBNull => "",
        double number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };
}
