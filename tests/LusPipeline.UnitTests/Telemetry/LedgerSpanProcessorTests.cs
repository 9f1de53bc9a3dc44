using System.Diagnostics;
using System.Net.Sockets;
using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Ledger.Databases;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LusPipeline.UnitTests.Telemetry;

public sealed class LedgerSpanProcessorTests : IAsyncLifetime
{
    private const string Dropped = "lus.spans.dropped";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly Measurements _measured = new();
    private Func<LedgerContext> _open = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _open = await SqliteLedger.OpenAsync(_folder["ledger.db"], Cancellation);

    public ValueTask DisposeAsync()
    {
        _measured.Dispose();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Spans_of_studies_are_written_and_others_are_not()
    {
        using var processor = Processor(_open, new());
        var study = Guid.NewGuid();

        processor.OnEnd(Span("probe", study, video: Guid.NewGuid()));
        processor.OnEnd(Span("no study", study: null));
        processor.OnEnd(Span("not kept", study, flags: ActivityTraceFlags.None));
        processor.OnEnd(Span("decode", study, reason: "truncated"));
        Assert.True(processor.ForceFlush(30_000));

        await using var ledger = _open();
        var spans = await ledger.Spans.AsNoTracking().OrderBy(span => span.Name).ToListAsync(Cancellation);
        Assert.Equal([("decode", "truncated"), ("probe", null)], spans.Select(span => (span.Name, span.Reason)));
        Assert.All(spans, span => Assert.Equal(study, span.StudyId));
        Assert.NotNull(spans[1].VideoId);
        Assert.Equal("{\"lus.frames\":20}", spans[0].Attributes);
        Assert.Equal(DateTimeKind.Utc, spans[0].StartedAt.Kind);
    }

    [Fact]
    public async Task The_root_of_a_trace_waits_for_nothing()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var processor = Processor(
            () =>
            {
                opened.TrySetResult();
                return _open();
            },
            new() { SpanDelay = TimeSpan.FromMinutes(1) });

        processor.OnEnd(Span("study seen", Guid.NewGuid(), root: true));

        await opened.Task.WaitAsync(Patience, Cancellation);
        Assert.True(processor.Shutdown(30_000));
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_and_holds_nobody_up()
    {
        using var writing = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using var processor = Processor(
            () =>
            {
                begun.Set();
                writing.Wait(Patience);
                return _open();
            },
            new() { SpanQueue = 4, SpanBatch = 1 });
        processor.OnEnd(Span("first", Guid.NewGuid()));
        Assert.True(begun.Wait(Patience, Cancellation));

        for (var span = 0; span < 10; span++)
            processor.OnEnd(Span("more", Guid.NewGuid()));

        Assert.Equal(6, _measured.Values(Dropped).Sum());
        writing.Set();
        Assert.True(processor.Shutdown(30_000));
        Assert.Equal(5, await CountAsync());
        processor.OnEnd(Span("late", Guid.NewGuid()));
        Assert.Equal(7, _measured.Values(Dropped).Sum());
    }

    [Fact]
    public async Task A_ledger_that_is_away_for_a_while_costs_no_span()
    {
        var attempts = 0;
        using var processor = Processor(() => ++attempts <= 2 ? throw Away() : _open(), new());

        processor.OnEnd(Span("probe", Guid.NewGuid()));
        Assert.True(processor.ForceFlush(30_000));

        Assert.Equal((3, 1), (attempts, await CountAsync()));
        Assert.Empty(_measured.Values(Dropped));
    }

    [Fact]
    public async Task A_batch_that_the_ledger_does_not_take_in_time_is_dropped_and_the_next_is_not()
    {
        var attempts = 0;
        using var processor = Processor(() => ++attempts == 1 ? throw Away() : _open(), new() { SpanRetry = TimeSpan.Zero });

        processor.OnEnd(Span("lost", Guid.NewGuid()));
        Assert.True(processor.ForceFlush(30_000));
        processor.OnEnd(Span("kept", Guid.NewGuid()));
        Assert.True(processor.ForceFlush(30_000));

        Assert.Equal([1], _measured.Values(Dropped));
        await using var ledger = _open();
        Assert.Equal("kept", (await ledger.Spans.SingleAsync(Cancellation)).Name);
    }

    [Fact]
    public async Task A_span_that_comes_twice_does_not_cost_its_batch()
    {
        using var processor = Processor(_open, new());
        var span = Span("probe", Guid.NewGuid());

        processor.OnEnd(span);
        processor.OnEnd(span);
        processor.OnEnd(Span("decode", Guid.NewGuid()));
        Assert.True(processor.ForceFlush(30_000));
        processor.OnEnd(span);
        Assert.True(processor.Shutdown(30_000));

        Assert.Equal(2, await CountAsync());
        Assert.Empty(_measured.Values(Dropped));
    }

    [Fact]
    public async Task A_stop_writes_what_waits()
    {
        using var processor = Processor(_open, new() { SpanDelay = TimeSpan.FromMinutes(1), SpanBatch = 100 });
        for (var span = 0; span < 30; span++)
            processor.OnEnd(Span("probe", Guid.NewGuid()));

        Assert.True(processor.Shutdown(30_000));

        Assert.Equal(30, await CountAsync());
    }

    [Fact]
    public void A_stop_does_not_wait_for_a_ledger_that_is_away()
    {
        using var processor = Processor(() => throw Away(), new() { SpanRetry = TimeSpan.FromHours(1), SpanBatch = 2 });
        for (var span = 0; span < 5; span++)
            processor.OnEnd(Span("probe", Guid.NewGuid()));

        Assert.True(processor.Shutdown(30_000));

        Assert.Equal(5, _measured.Values(Dropped).Sum());
    }

    [Fact]
    public async Task A_batch_that_the_ledger_refuses_is_not_tried_again()
    {
        var attempts = 0;
        using var processor = Processor(() => ++attempts == 1 ? throw new SqliteException("full", 13) : _open(), new() { SpanRetry = TimeSpan.FromHours(1) });

        processor.OnEnd(Span("lost", Guid.NewGuid()));
        Assert.True(processor.ForceFlush(30_000));

        Assert.Equal((1, 0), (attempts, await CountAsync()));
        Assert.Equal([1], _measured.Values(Dropped));
    }

    private static NpgsqlException Away() => new("away", new SocketException((int)SocketError.ConnectionRefused));

    private static LedgerSpanProcessor Processor(Func<LedgerContext> open, TelemetryOptions options) =>
        new(open, options, TimeProvider.System, NullLogger.Instance);

    private async Task<int> CountAsync()
    {
        await using var ledger = _open();
        return await ledger.Spans.CountAsync(Cancellation);
    }

    private static Activity Span(
        string name, Guid? study, Guid? video = null, string? reason = null, bool root = false, ActivityTraceFlags flags = ActivityTraceFlags.Recorded)
    {
        var span = new Activity(name) { ActivityTraceFlags = flags };
        if (!root)
            span.SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags);
        span.SetTag(StageTrace.StudyId, study?.ToString("D")).SetTag(StageTrace.StudyDay, "2026-11-24").SetTag(StageTrace.Frames, 20);
        span.SetTag(StageTrace.VideoId, video?.ToString("D")).SetTag(StageTrace.Reason, reason);
        span.Start().Stop();
        return span;
    }
}
