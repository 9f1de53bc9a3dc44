using System.Diagnostics;
using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>Spans in the ledger of workers, on a real PostgreSQL.</summary>
public sealed class PostgresSpansTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_batch_is_one_statement_and_what_is_there_already_stays()
    {
        var open = await OpenAsync(servers);
        var writer = new SpanWriter(open);
        var spans = Enumerable.Range(0, SpanWriter.MaxBatch).Select(index => Row(index, withIds: index > 0)).ToList();

        await writer.WriteAsync(spans[..3], Cancellation);
        await writer.WriteAsync(spans, Cancellation);
        await writer.WriteAsync([], Cancellation);

        await using var ledger = open();
        Assert.Equal(spans.Count, await ledger.Spans.CountAsync(Cancellation));
        var written = await ledger.Spans.AsNoTracking().SingleAsync(span => span.SpanId == spans[1].SpanId, Cancellation);
        Assert.Equivalent(spans[1], written);
        Assert.Null((await ledger.Spans.AsNoTracking().SingleAsync(span => span.SpanId == spans[0].SpanId, Cancellation)).VideoId);
    }

    [Fact]
    public async Task A_database_that_is_down_for_a_while_costs_no_span()
    {
        await using var own = servers.Private();
        var open = await OpenAsync(own);
        var attempts = 0;
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LedgerContext Opened()
        {
            if (Interlocked.Increment(ref attempts) > 1)
                refused.TrySetResult();
            return open();
        }
        using var processor = new LedgerSpanProcessor(Opened, new() { SpanRetry = TimeSpan.FromMinutes(5) }, TimeProvider.System, NullLogger.Instance);

        await own.KillAsync(TestServer.Postgres);
        processor.OnEnd(Span());
        processor.OnEnd(Span());
        await refused.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        await own.StartAsync(TestServer.Postgres);

        Assert.True(processor.ForceFlush(60_000));
        await using var ledger = open();
        Assert.Equal(2, await ledger.Spans.CountAsync(Cancellation));
    }

    private static async Task<Func<LedgerContext>> OpenAsync(TestServers servers)
    {
        var options = new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(await servers.NewLedgerAsync()).Options;
        return () => new PostgresLedgerContext(options);
    }

    private static SpanRow Row(int index, bool withIds) => new()
    {
        StudyDay = new DateOnly(2026, 11, 24),
        TraceId = ActivityTraceId.CreateRandom().ToHexString(),
        SpanId = ActivitySpanId.CreateRandom().ToHexString(),
        ParentSpanId = withIds ? ActivitySpanId.CreateRandom().ToHexString() : null,
        StudyId = Guid.NewGuid(),
        VideoId = withIds ? Guid.NewGuid() : null,
        ClipId = withIds ? Guid.NewGuid() : null,
        Name = "probe",
        StartedAt = new DateTime(2026, 11, 24, 1, 2, 3, DateTimeKind.Utc).AddMicroseconds(index),
        DurationMicroseconds = index,
        Reason = withIds ? "truncated" : null,
        Attributes = "{\"lus.frames\":20}",
    };

    private static Activity Span()
    {
        var span = new Activity("probe") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.SetTag(StageTrace.StudyId, Guid.NewGuid().ToString("D")).SetTag(StageTrace.StudyDay, "2026-11-24");
        span.Start().Stop();
        return span;
    }
}
