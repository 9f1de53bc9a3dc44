using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.UnitTests.Ingest;

public sealed class DecoderSlotsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Routine videos hold their slots while they wait until clips are taken.</summary>
    [Fact]
    public async Task An_urgent_video_does_not_wait_behind_routine_ones()
    {
        using var slots = new DecoderSlots(1);
        var routine = await slots.TakeAsync(urgent: false, Cancellation);
        var waiting = slots.TakeAsync(urgent: false, Cancellation);

        var urgent = await slots.TakeAsync(urgent: true, Cancellation);
        var second = slots.TakeAsync(urgent: true, Cancellation);
        Assert.False(second.IsCompleted);
        urgent.Dispose();
        (await second).Dispose();

        Assert.False(waiting.IsCompleted);
        routine.Dispose();
        (await waiting).Dispose();
    }
}
