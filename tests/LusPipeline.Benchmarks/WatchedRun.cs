using System.Diagnostics;
using System.Globalization;

namespace LusPipeline.Benchmarks;

/// <summary>One run of the program from outside: times, and the memory of it and of its children.</summary>
/// <param name="Wall">From start to end.</param>
/// <param name="FirstResult">From start to the first video's line.</param>
/// <param name="PeakBytes">Resident, of the program.</param>
/// <param name="PeakChildrenBytes">Resident, of all its children at one time.</param>
internal sealed record WatchedRun(TimeSpan Wall, TimeSpan FirstResult, long PeakBytes, long PeakChildrenBytes, TimeSpan Cpu)
{
    /// <summary>Shorter than most decoders live. Looking more often would take CPU that the run is measured by.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(30);

    public static async Task<WatchedRun> StartAsync(string program, params string[] arguments)
    {
        var before = ChildTimes.Now();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        TimeSpan? first = null;
        var reading = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("{\"kind\":\"video\"", StringComparison.Ordinal))
                    first ??= watch.Elapsed;
            }
        });
        long peak = 0, children = 0;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, Bytes(process.Id, "VmHWM:"));
            children = Math.Max(children, Children(process.Id).Sum(child => Bytes(child, "VmRSS:")));
            await Task.Delay(Look);
        }
        await reading;
        await process.WaitForExitAsync();
        var wall = watch.Elapsed;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
        return new(wall, first ?? throw new InvalidOperationException("The run gave no result."), peak, children, ChildTimes.Now() - before);
    }

    private static IEnumerable<int> Children(int process) =>
        Directory.Exists($"/proc/{process}/task")
            ? Directory.EnumerateDirectories($"/proc/{process}/task")
                .SelectMany(task => Read(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))
            : [];

    private static long Bytes(int process, string name) =>
        Read($"/proc/{process}/status").Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } found
            ? long.Parse(found[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024
            : 0;

    /// <summary>Empty for a process that has just ended.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
