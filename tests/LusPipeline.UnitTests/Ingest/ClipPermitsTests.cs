using LusPipeline.Core.Stages;
using LusPipeline.Media.Cutting;
using LusPipeline.Pipeline.Ingest;

namespace LusPipeline.UnitTests.Ingest;

public sealed class ClipPermitsTests : IDisposable
{
    private readonly StageEvents _events = new();
    private readonly ClipGate _gate = new(2);
    private readonly ClipPermits _permits;

    public ClipPermitsTests() => _permits = new ClipPermits(_gate, _events);

    [Fact]
    public async Task A_clip_gives_its_permit_back_once_however_often_it_is_released()
    {
        var clip = Guid.NewGuid();
        await _gate.AcquireAsync(2, TestContext.Current.CancellationToken);
        Assert.True(_permits.TryHold(clip));

        _events.OnClipReleased(clip);
        _events.OnClipReleased(clip);

        Assert.Equal(1, _gate.Free);
    }

    [Fact]
    public async Task A_clip_that_is_cut_again_while_it_waits_needs_no_second_permit()
    {
        var clip = Guid.NewGuid();
        await _gate.AcquireAsync(2, TestContext.Current.CancellationToken);
        Assert.True(_permits.TryHold(clip));

        Assert.False(_permits.TryHold(clip));

        _gate.Release();
        _events.OnClipReleased(clip);
        Assert.Equal(2, _gate.Free);
    }

    [Fact]
    public void Clips_of_an_earlier_process_have_no_permit_to_give_back()
    {
        _events.OnClipReleased(Guid.NewGuid());

        Assert.Equal(2, _gate.Free);
    }

    [Fact]
    public async Task A_clip_that_was_not_handed_over_leaves_its_permit_to_its_cutter()
    {
        var clip = Guid.NewGuid();
        await _gate.AcquireAsync(1, TestContext.Current.CancellationToken);
        Assert.True(_permits.TryHold(clip));

        _permits.Forget(clip);
        _events.OnClipReleased(clip);

        Assert.Equal(1, _gate.Free);
    }

    public void Dispose()
    {
        _permits.Dispose();
        _gate.Dispose();
    }
}
