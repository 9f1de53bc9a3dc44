using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Broker;

namespace LusPipeline.UnitTests.Broker;

public sealed class FatalErrorTests : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public async Task A_run_that_hangs_is_known_although_the_process_stops_for_another_reason()
    {
        var fault = new FatalError();
        var hung = new TaskCompletionSource();
        var guarding = fault.GuardAsync(() => hung.Task, _stop.Token);

        fault.Break(new BrokenEngineException("The disk is full."));
        await _stop.CancelAsync();
        hung.SetException(new BrokenEngineException("It has not finished.") { Hangs = true });

        await Assert.ThrowsAsync<BrokenEngineException>(() => guarding);
        Assert.True(fault.Hangs);
        Assert.Equal("The disk is full.", (await fault.Broken).Message);
    }

    [Fact]
    public async Task An_error_while_the_process_stops_does_not_break_it()
    {
        var fault = new FatalError();
        await _stop.CancelAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => fault.GuardAsync(() => throw new InvalidOperationException(), _stop.Token));

        Assert.False(fault.Broken.IsCompleted);
        Assert.False(fault.Hangs);
    }

    public void Dispose() => _stop.Dispose();
}
