using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Attempts;

namespace LusPipeline.UnitTests.Pipeline;

public sealed class CrashIsolationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_runs_side_by_side()
    {
        using var quarantine = new CrashIsolation();

        using var first = (await quarantine.StartAsync(Innocent, Cancellation)).Place;
        using var second = (await quarantine.StartAsync(Innocent, Cancellation)).Place;
    }

    [Fact]
    public async Task A_suspect_waits_until_nothing_else_is_in_work_and_keeps_others_out()
    {
        using var quarantine = new CrashIsolation();
        var innocent = (await quarantine.StartAsync(Innocent, Cancellation)).Place;
        var suspect = quarantine.StartAsync(Suspect, Cancellation);
        Assert.False(suspect.IsCompleted);

        innocent.Dispose();
        var (alone, outcome, work) = await suspect;
        var next = quarantine.StartAsync(Innocent, Cancellation);
        Assert.False(next.IsCompleted);
        alone.Dispose();

        Assert.Equal((StartOutcome.Started, "suspect"), (outcome, work));
        (await next).Place.Dispose();
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_leaves_no_trace()
    {
        using var quarantine = new CrashIsolation();
        var innocent = (await quarantine.StartAsync(Innocent, Cancellation)).Place;
        using (var giveUp = new CancellationTokenSource())
        {
            var suspect = quarantine.StartAsync(Suspect, giveUp.Token);
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => suspect);
        }
        innocent.Dispose();

        (await quarantine.StartAsync(Suspect, Cancellation)).Place.Dispose();
    }

    [Fact]
    public async Task A_start_that_fails_leaves_no_trace()
    {
        using var quarantine = new CrashIsolation();
        await Assert.ThrowsAsync<TimeoutException>(() => quarantine.StartAsync<string>(_ => throw new TimeoutException(), Cancellation));

        (await quarantine.StartAsync(Suspect, Cancellation)).Place.Dispose();
    }

    private static Task<(StartOutcome Outcome, string? Work)> Innocent(bool alone) => Task.FromResult<(StartOutcome, string?)>((StartOutcome.Started, "innocent"));

    private static Task<(StartOutcome Outcome, string? Work)> Suspect(bool alone) =>
        Task.FromResult<(StartOutcome, string?)>((alone ? StartOutcome.Started : StartOutcome.Suspect, "suspect"));
}
