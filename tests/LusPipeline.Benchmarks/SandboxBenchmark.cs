using System.Diagnostics;
using LusPipeline.Media.Processes;

namespace LusPipeline.Benchmarks;

/// <summary>What the sandbox costs a decode: ffmpeg on each video by turns without it and in it, and what one more start of .NET would cost.</summary>
internal static class SandboxBenchmark
{
    private static readonly SandboxLevel[] Levels = [SandboxLevel.None, KernelSandbox.For(SandboxMode.Auto)];

    public static async Task MeasureAsync(string folder, int rounds)
    {
        var videos = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var (wall, cpu) = (new TimeSpan[3], new TimeSpan[3]);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var video in videos)
            {
                for (var turn = 0; turn < Levels.Length; turn++)
                {
                    // Whoever comes second finds the file in memory.
                    var which = (turn + round) % Levels.Length;
                    await TimeAsync(which, Decode(video, Levels[which]));
                }
                await TimeAsync(2, new("dotnet", [typeof(SandboxBenchmark).Assembly.Location, NothingName]));
            }
        }
        var runs = videos.Count * rounds;
        foreach (var (name, index) in new[] { ("ffmpeg without a sandbox", 0), ($"ffmpeg in the sandbox ({Levels[1]})", 1), ("one start of .NET", 2) })
            Console.WriteLine($"{name,-34} {wall[index].TotalMilliseconds / runs,8:0.0} ms {cpu[index].TotalMilliseconds / runs,8:0.0} ms CPU");

        async Task TimeAsync(int which, ChildStart start)
        {
            var (before, begun) = (ChildTimes.Now(), Stopwatch.GetTimestamp());
            var exit = await ChildProcess.RunAsync(start, new(static (text, token) => text.BaseStream.CopyToAsync(Stream.Null, token)), CancellationToken.None);
            wall[which] += Stopwatch.GetElapsedTime(begun);
            cpu[which] += ChildTimes.Now() - before;
            if (exit.Code != 0)
                throw new InvalidOperationException($"{start.Program} ends with {exit.Code}.");
        }
    }

    /// <summary>The argument with which this program does nothing.</summary>
    public const string NothingName = "nothing";

    private static ChildStart Decode(string video, SandboxLevel level) =>
        new("ffmpeg", ["-nostdin", "-v", "error", "-threads", "1", "-i", "file:" + video, "-map", "0:V:0", "-f", "null", "-"])
        {
            Sandbox = new(level) { Readable = [video] },
        };
}
