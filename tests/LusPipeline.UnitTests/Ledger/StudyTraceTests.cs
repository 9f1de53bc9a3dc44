using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Intake;
using LusPipeline.Pipeline.Replays;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Ledger;

/// <summary>A study's trace begins when the study stands in the ledger, and not with an attempt to put it there.</summary>
public sealed class StudyTraceTests
{
    /// <summary>No other test has it, so that its spans are this test's.</summary>
    private readonly string _study = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_that_another_attempt_put_into_the_ledger_has_one_trace()
    {
        using var bench = await LedgerBench.StartAsync();
        var refusal = new RefusedCommit();
        var arrivals = new VideoRegister(With(bench, refusal), new FakeTimeProvider(), WorkLease.None, TimeSpan.Zero);
        SeenVideo[] seen = [new("bucket", $"{_study}/a.mp4", "00", "tag", 10)];
        using var ended = new EndedSpans();

        await Assert.ThrowsAsync<IOException>(() => arrivals.ArriveAsync(seen, bench.Target, new(), Cancellation));
        var undone = ended.Of(seen[0].StudyId);
        refusal.Refuses = false;
        await arrivals.ArriveAsync(seen, bench.Target, new(), Cancellation);

        Assert.Empty(undone);
        Assert.Equal([(await StudyAsync(bench)).TraceParent.Split('-')[1]], ended.Of(seen[0].StudyId));
    }

    [Fact]
    public async Task A_replay_that_did_not_happen_has_no_trace()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync($"{_study}/a.mp4");
        await bench.FinishAsync(video, new(0, 0, 1));
        var refusal = new RefusedCommit();
        var planned = new List<PlannedReplay>();
        await foreach (var chunk in new Replay(bench.Open, bench.Clock, shared: true).PlanAsync(new() { Studies = [_study] }, null, false, Cancellation))
            planned.AddRange(chunk);
        using var ended = new EndedSpans();

        await Assert.ThrowsAsync<IOException>(() => new Replay(With(bench, refusal), bench.Clock, shared: true).ApplyAsync(planned, false, Cancellation));
        var undone = ended.Of(video.StudyId);
        refusal.Refuses = false;
        await new Replay(With(bench, refusal), bench.Clock, shared: true).ApplyAsync(planned, false, Cancellation);

        Assert.Empty(undone);
        Assert.Single(ended.Of(video.StudyId));
    }

    private static Func<LedgerContext> With(LedgerBench bench, RefusedCommit refusal)
    {
        using var ledger = bench.Open();
        var options = new DbContextOptionsBuilder<SqliteLedgerContext>()
            .UseSqliteLedger(ledger.Database.GetConnectionString()!).AddInterceptors(refusal).Options;
        return () => new SqliteLedgerContext(options);
    }

    private static async Task<StudyRow> StudyAsync(LedgerBench bench)
    {
        await using var ledger = bench.Open();
        return await ledger.Studies.AsNoTracking().SingleAsync(Cancellation);
    }

    private sealed class RefusedCommit : DbTransactionInterceptor
    {
        public bool Refuses { get; set; } = true;

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            Refuses ? throw new IOException("The connection is gone.") : ValueTask.FromResult(result);
    }

    /// <summary>Spans that go to exporters.</summary>
    private sealed class EndedSpans : IDisposable
    {
        private readonly ConcurrentQueue<(string? Study, string Trace)> _ended = new();
        private readonly ActivityListener _listener;

        public EndedSpans()
        {
            _listener = new()
            {
                // By name: it is asked while the source is made, which may be in this test.
                ShouldListenTo = source => source.Name == StageTrace.SourceName,
                Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = span =>
                {
                    if (span.Recorded)
                        _ended.Enqueue((span.GetTagItem(StageTrace.StudyId) as string, span.TraceId.ToHexString()));
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<string> Of(Guid study) => [.. _ended.Where(span => span.Study == study.ToString("D")).Select(span => span.Trace)];

        public void Dispose() => _listener.Dispose();
    }
}
