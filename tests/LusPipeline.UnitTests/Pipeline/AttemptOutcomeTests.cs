using System.Data.Common;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Attempts;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.UnitTests.Pipeline;

/// <summary>What becomes of an attempt, stage by stage, without a ledger.</summary>
public sealed class AttemptOutcomeTests : IDisposable
{
    private static readonly VideoFound Message = new(VideoFound.CurrentVersion, Guid.NewGuid(), new DateOnly(2026, 11, 28), 0);

    private readonly KeptLetters _letters = new();
    private readonly AttemptRunner _runner;

    public AttemptOutcomeTests() => _runner = new(null!, null!, null!, null!, _letters, null!, new(), TimeProvider.System, NullLogger<AttemptRunner>.Instance);

    public static TheoryData<Stage> Stages => [Stage.Ingest, Stage.Features, Stage.Sequence];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stages))]
    public async Task An_attempt_that_succeeds_moves_nothing_else(Stage stage)
    {
        var target = new RecordedTarget(stage);

        await RunAsync(target, () => { });

        Assert.Equal(["start", "started"], target.Calls);
    }

    [Theory]
    [InlineData(StartOutcome.Busy)]
    [InlineData(StartOutcome.Stale, "stale")]
    [InlineData(StartOutcome.Crashed, "fail crashed: its attempts never ended")]
    public async Task Work_that_does_not_start_is_not_attempted(StartOutcome outcome, params string[] calls)
    {
        var target = new RecordedTarget(Stage.Features) { Outcome = outcome };

        await RunAsync(target, () => Assert.Fail("It was attempted."));

        Assert.Equal(["start", .. calls], target.Calls);
        Assert.Equal(outcome == StartOutcome.Crashed ? [ReasonCode.Crashed] : [], _letters.Reasons);
    }

    [Fact]
    public async Task A_suspect_starts_again_alone()
    {
        var target = new RecordedTarget(Stage.Features) { SuspectUnlessAlone = true };

        await RunAsync(target, () => { });

        Assert.Equal(["start", "start alone", "started"], target.Calls);
    }

    [Theory, MemberData(nameof(Stages))]
    public async Task A_bucket_that_is_away_interrupts_the_attempt_and_the_same_work_starts_again(Stage stage)
    {
        var target = new RecordedTarget(stage);

        await Assert.ThrowsAsync<BucketUnavailableException>(() => RunAsync(target, () => throw new BucketUnavailableException("away", new IOException())));
        await RunAsync(target, () => { });

        Assert.Equal(["start", "started", "interrupt", "start", "started"], target.Calls);
    }

    [Theory, MemberData(nameof(Stages))]
    public async Task A_ledger_that_is_away_interrupts_the_attempt(Stage stage)
    {
        var target = new RecordedTarget(stage);

        await Assert.ThrowsAsync<LedgerAway>(() => RunAsync(target, () => throw new LedgerAway()));

        Assert.Equal(["start", "started", "interrupt"], target.Calls);
    }

    [Theory, MemberData(nameof(Stages))]
    public async Task After_a_broken_engine_nothing_starts_in_any_stage(Stage stage)
    {
        var broken = new RecordedTarget(stage);
        await Assert.ThrowsAsync<BrokenEngineException>(() => RunAsync(broken, () => throw new BrokenEngineException("no disk")));

        foreach (var other in Stages)
        {
            var target = new RecordedTarget(other);
            var again = await Assert.ThrowsAsync<BrokenEngineException>(() => RunAsync(target, () => { }));
            Assert.Equal("no disk", again.Message);
            Assert.Empty(target.Calls);
        }
        Assert.Equal(["start", "started", "interrupt"], broken.Calls);
    }

    [Theory, MemberData(nameof(Stages))]
    public async Task An_engine_that_breaks_at_the_work_leaves_its_start_without_an_end(Stage stage)
    {
        var target = new RecordedTarget(stage);

        await Assert.ThrowsAsync<BrokenEngineException>(() => RunAsync(target, () => throw new BrokenEngineException("no memory") { AtWork = true }));

        Assert.Equal(["start", "started"], target.Calls);
    }

    [Fact]
    public async Task A_missing_model_postpones_the_work()
    {
        var target = new RecordedTarget(Stage.Sequence);

        await RunAsync(target, () => throw new MissingModelException("bundle", null));

        Assert.Equal(["start", "started", "postpone 00:00:10"], target.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false, "fail object_lost: The object clips/x.npy is gone or damaged. So it was each time.")]
    public async Task A_missing_object_steps_back_until_it_was_lost_too_often(bool stepsBack, params string[] calls)
    {
        var target = new RecordedTarget(Stage.Features) { StepsBack = stepsBack };

        await RunAsync(target, () => throw new MissingObjectException("clips/x.npy"));

        Assert.Equal(["start", "started", "step back", .. calls], target.Calls);
        Assert.Equal(stepsBack ? [] : [ReasonCode.ObjectLost], _letters.Reasons);
    }

    [Fact]
    public async Task Input_at_fault_is_rejected_and_not_tried_again()
    {
        var target = new RecordedTarget(Stage.Ingest) { Rejects = true };

        await RunAsync(target, () => throw new RejectedException(ReasonCode.Empty, "no bytes"));

        Assert.Equal(["start", "started", "reject empty"], target.Calls);
        Assert.Empty(_letters.Reasons);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false, "fail decode_timeout: too slow")]
    public async Task A_failure_is_retried_until_there_were_enough_attempts(bool retries, params string[] calls)
    {
        var target = new RecordedTarget(Stage.Ingest) { Retries = retries };

        await RunAsync(target, () => throw new TransientException(ReasonCode.DecodeTimeout, "too slow"));

        Assert.Equal(["start", "started", "retry", .. calls], target.Calls);
        Assert.Equal(retries ? [] : [ReasonCode.DecodeTimeout], _letters.Reasons);
    }

    [Fact]
    public async Task Work_that_another_process_failed_already_leaves_no_letter()
    {
        var target = new RecordedTarget(Stage.Ingest) { Retries = false, Fails = false };

        await RunAsync(target, () => throw new InvalidOperationException("odd"));

        Assert.Equal("fail crashed: odd", target.Calls[^1]);
        Assert.Empty(_letters.Reasons);
    }

    [Fact]
    public async Task A_stop_interrupts_the_attempt_whatever_it_throws()
    {
        var target = new RecordedTarget(Stage.Features);
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _runner.RunAsync(
            Message, target, async _ =>
            {
                await stop.CancelAsync();
                throw new InvalidOperationException("cut short");
            }, stop.Token));

        Assert.Equal(["start", "started", "interrupt"], target.Calls);
    }

    public void Dispose() => _runner.Dispose();

    private Task RunAsync(RecordedTarget target, Action attempt) => _runner.RunAsync(
        Message, target, _ =>
        {
            attempt();
            return Task.CompletedTask;
        }, Cancellation);

    private sealed class LedgerAway() : DbException("away");

    private sealed class KeptLetters : IDeadLetters
    {
        public List<string> Reasons { get; } = [];

        public Task KeepAsync(IStageMessage message, string reason, CancellationToken cancellation)
        {
            Reasons.Add(reason);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_rejection_that_cannot_be_written_costs_its_video_alone()
    {
        var target = new RecordedTarget(Stage.Ingest) { Unwritable = new System.Text.EncoderFallbackException(), Retries = false };

        await RunAsync(target, () => throw new RejectedException(ReasonCode.Undecodable, "\ud83e"));

        Assert.Equal(["start", "started", "retry", $"fail crashed: {AttemptRunner.UnwritableDetail}"], target.Calls);
        Assert.Equal([ReasonCode.Crashed], _letters.Reasons);
    }

    private sealed class RecordedTarget(Stage stage) : AttemptTarget<string>
    {
        public List<string> Calls { get; } = [];

        public StartOutcome Outcome { get; init; } = StartOutcome.Started;

        public bool SuspectUnlessAlone { get; init; }

        public bool Retries { get; init; } = true;

        public bool Rejects { get; init; }

        public bool StepsBack { get; init; }

        public bool Fails { get; init; } = true;

        /// <summary>Thrown by a rejection, and by a failure with any detail but our own.</summary>
        public Exception? Unwritable { get; init; }

        public override Stage Stage => stage;

        public override string Kind => "video";

        public override Guid Id { get; } = Guid.NewGuid();

        public override Task<(StartOutcome Outcome, string? Work)> StartAsync(bool alone, CancellationToken cancellation)
        {
            Calls.Add(alone ? "start alone" : "start");
            return Task.FromResult<(StartOutcome, string?)>((SuspectUnlessAlone && !alone ? StartOutcome.Suspect : Outcome, "work"));
        }

        public override void OnStarted() => Calls.Add("started");

        public override void OnStale() => Calls.Add("stale");

        public override Task InterruptAsync(string work) => Called("interrupt", true);

        public override Task PostponeAsync(string work, TimeSpan delay, CancellationToken cancellation) => Called($"postpone {delay}", true);

        public override Task<bool> RetryAsync(string work, CancellationToken cancellation) => Called("retry", Retries);

        public override Task<bool> RejectAsync(string work, RejectedException rejected, CancellationToken cancellation) =>
            Unwritable is null ? Called($"reject {rejected.Reason}", Rejects) : throw Unwritable;

        public override Task<bool> StepBackAsync(string work, CancellationToken cancellation) => Called("step back", StepsBack);

        public override Task<bool> FailAsync(string work, string reason, string detail, CancellationToken cancellation) =>
            Unwritable is null || detail == AttemptRunner.UnwritableDetail ? Called($"fail {reason}: {detail}", Fails) : throw Unwritable;

        private Task<bool> Called(string call, bool result)
        {
            Calls.Add(call);
            return Task.FromResult(result);
        }
    }
}
