using System.Globalization;

namespace LusPipeline.Benchmarks;

/// <summary>Whole runs of <c>lus run</c> with the whole bundle and with its slim form (<c>--fast</c>), in turns: start and decoding, which the form does not change, included.</summary>
internal static class FastRunBenchmark
{
    public static async Task MeasureAsync(string videos, string lus, string variant, int count, int rounds)
    {
        string[] files = [.. Directory.EnumerateFiles(videos).Order(StringComparer.Ordinal).Take(count)];
        var homes = Directory.CreateTempSubdirectory("lus-bench-").FullName;
        try
        {
            // The first --fast of a home folder makes the slim form.
            foreach (var fast in new[] { false, true })
                await RunAsync([files[0]], fast);
            Console.WriteLine($"{variant}, {files.Length} videos, {Environment.ProcessorCount} cores\nround  form   seconds  processor seconds");
            var runs = new List<(bool Fast, WatchedRun Run)>();
            foreach (var (round, fast) in WholeAndSlim.Turns(rounds))
            {
                var run = await RunAsync(files, fast);
                runs.Add((fast, run));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{round,5}  {(fast ? "slim" : "whole"),-5}  {run.Wall.TotalSeconds,7:F1}  {run.Cpu.TotalSeconds,17:F1}"));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"medians: {Median(fast: false, run => run.Wall):F1} against {Median(fast: true, run => run.Wall):F1} s: {Median(fast: false, run => run.Wall) / Median(fast: true, run => run.Wall):F2} times; "
                + $"processor time {Median(fast: false, run => run.Cpu) / Median(fast: true, run => run.Cpu):F2} times"));

            double Median(bool fast, Func<WatchedRun, TimeSpan> time) => WholeAndSlim.Median(runs.Where(one => one.Fast == fast).Select(one => time(one.Run).TotalSeconds));
        }
        finally
        {
            Directory.Delete(homes, recursive: true);
        }

        Task<WatchedRun> RunAsync(string[] paths, bool fast) => WatchedRun.StartAsync(
            lus, ["run", .. paths, "--home", Path.Combine(homes, fast ? "slim" : "whole"), "--json", "--force", "--variant", variant, .. fast ? new[] { "--fast" } : []]);
    }
}
