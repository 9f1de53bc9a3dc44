using LusPipeline.Pipeline.Attempts;

namespace LusPipeline.UnitTests.Pipeline;

public sealed class KeyedLockTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_for_work_that_is_in_hand_gets_it_after_its_end()
    {
        var work = new KeyedLock<string>();
        var first = await work.TakeAsync("a", None);
        var second = work.TakeAsync("a", None);
        using var other = await work.TakeAsync("b", None);

        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Waiting_ends_with_a_stop()
    {
        var work = new KeyedLock<string>();
        using var first = await work.TakeAsync("a", None);
        using var stop = new CancellationTokenSource();
        var second = work.TakeAsync("a", stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task Never_do_two_have_the_same_work()
    {
        var work = new KeyedLock<int>();
        var holders = new int[3];
        await Task.WhenAll(Enumerable.Range(0, 300).Select(async number =>
        {
            using var hold = await work.TakeAsync(number % 3, None);
            Assert.Equal(1, Interlocked.Increment(ref holders[number % 3]));
            await Task.Yield();
            Interlocked.Decrement(ref holders[number % 3]);
        }));
    }
}
