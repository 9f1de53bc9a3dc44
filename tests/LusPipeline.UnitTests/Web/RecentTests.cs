using LusPipeline.Web.Shown;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Web;

/// <summary>Many who ask at once cost one reading, and nobody waits long for a new value where an old one is there.</summary>
public sealed class RecentTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Queue<TaskCompletionSource<int>> _asked = new([new(), new(), new()]);
    private readonly Queue<TaskCompletionSource<int>> _read;
    private readonly Recent<int> _recent;
    private int _reads;

    public RecentTests()
    {
        _read = new(_asked);
        _recent = new(ReadAsync, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), _clock);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_ask_meanwhile_share_a_reading()
    {
        var (first, second) = (_recent.ReadAsync(Cancellation), _recent.ReadAsync(Cancellation));
        _asked.Dequeue().SetResult(1);

        Assert.Equal((1, 1, 1, 1), (await first, await second, await _recent.ReadAsync(Cancellation), _reads));
    }

    [Fact]
    public async Task While_a_reading_takes_long_the_value_of_before_is_given()
    {
        _asked.Dequeue().SetResult(1);
        Assert.Equal(1, await _recent.ReadAsync(Cancellation));
        _clock.Advance(TimeSpan.FromSeconds(2));

        var asked = _recent.ReadAsync(Cancellation);
        Assert.False(asked.IsCompleted);
        _clock.Advance(Recent<int>.Patience);
        Assert.Equal(1, await asked);

        _asked.Dequeue().SetResult(2);
        Assert.Equal((2, 2), (await _recent.ReadAsync(Cancellation), _reads));
    }

    [Fact]
    public async Task A_value_that_is_very_old_is_not_given()
    {
        _asked.Dequeue().SetResult(1);
        Assert.Equal(1, await _recent.ReadAsync(Cancellation));
        _clock.Advance(TimeSpan.FromSeconds(31));

        var asked = _recent.ReadAsync(Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(asked.IsCompleted);
        _asked.Dequeue().SetResult(2);
        Assert.Equal(2, await asked);
    }

    [Fact]
    public async Task A_reading_that_fails_is_tried_again()
    {
        _asked.Dequeue().SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => _recent.ReadAsync(Cancellation));
        _asked.Dequeue().SetResult(2);

        Assert.Equal(2, await _recent.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Who_goes_away_leaves_the_reading_to_the_others()
    {
        using var away = new CancellationTokenSource();
        var (gone, stays) = (_recent.ReadAsync(away.Token), _recent.ReadAsync(Cancellation));
        await away.CancelAsync();
        _asked.Dequeue().SetResult(1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal((1, 1), (await stays, _reads));
    }

    public void Dispose() => _recent.Dispose();

    private Task<int> ReadAsync(CancellationToken cancellation)
    {
        _reads++;
        return _read.Dequeue().Task.WaitAsync(cancellation);
    }
}
