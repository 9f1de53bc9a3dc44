using System.Diagnostics;

namespace LusPipeline.DeployTests.Tools;

/// <summary>Waits for what comes by itself.</summary>
internal static class Patience
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks until the answer is the one that is wanted.</summary>
    /// <returns>How long that took.</returns>
    public static async Task<TimeSpan> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, string what, TimeSpan limit)
    {
        var time = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
                return time.Elapsed;
            Assert.True(time.Elapsed < limit, $"{what}: still {answer} after {limit.TotalSeconds:F0} s.");
            await Task.Delay(Step, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks for a while, and each answer has to be right.</summary>
    public static async Task WhileAsync<T>(Func<Task<T>> ask, Func<T, bool> right, string what, TimeSpan span)
    {
        var time = Stopwatch.StartNew();
        while (time.Elapsed < span)
        {
            var answer = await ask();
            Assert.True(right(answer), $"{what}: {answer} after {time.Elapsed.TotalSeconds:F0} s.");
            await Task.Delay(Step, TestContext.Current.CancellationToken);
        }
    }
}
