using System.Globalization;

namespace LusPipeline.Benchmarks;

/// <summary>CPU time by program, from <c>/proc/PID/stat</c>, proc(5).</summary>
internal static class ProcessTimes
{
    /// <summary>Clock ticks a second in /proc: 100 on every Linux that .NET runs on.</summary>
    private const double Hertz = 100;

    /// <summary>A worker by itself, and the decoders that it has started and that have ended.</summary>
    public static (TimeSpan Own, TimeSpan Children) Of(int process) =>
        Stat(process) is { } stat ? (stat.Own, stat.Children) : (TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>All processes that have a folder on their command line or in their environment, or whose parent has, by program.</summary>
    public static IReadOnlyDictionary<string, TimeSpan> Below(string folder)
    {
        var stats = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => Stat(int.Parse(name!, CultureInfo.InvariantCulture))).OfType<Times>().ToList();
        var named = stats.Where(stat => new[] { "cmdline", "environ" }.Any(place => Read($"/proc/{stat.Id}/{place}").Contains(folder, StringComparison.Ordinal))).Select(stat => stat.Id).ToHashSet();
        return stats.Where(stat => named.Contains(stat.Id) || named.Contains(stat.Parent))
            .GroupBy(stat => stat.Name).ToDictionary(group => group.Key, group => TimeSpan.FromSeconds(group.Sum(stat => (stat.Own + stat.Children).TotalSeconds)));
    }

    private static Times? Stat(int process)
    {
        var text = Read($"/proc/{process}/stat");
        var end = text.LastIndexOf(')');
        if (end < 0)
            return null;
        // The fields after the name begin with the third, the state.
        var fields = text[(end + 2)..].Split(' ');
        TimeSpan Ticks(int user, int system) => TimeSpan.FromSeconds((long.Parse(fields[user - 3], CultureInfo.InvariantCulture) + long.Parse(fields[system - 3], CultureInfo.InvariantCulture)) / Hertz);
        return new(process, int.Parse(fields[1], CultureInfo.InvariantCulture), text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end], Ticks(14, 15), Ticks(16, 17));
    }

    /// <summary>Empty for a process that has just ended.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private sealed record Times(int Id, int Parent, string Name, TimeSpan Own, TimeSpan Children);
}
