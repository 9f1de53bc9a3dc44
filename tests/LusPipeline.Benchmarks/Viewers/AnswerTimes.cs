using System.Globalization;

namespace LusPipeline.Benchmarks.Viewers;

/// <summary>What came back, and after how long, by kind of page. Viewers write side by side.</summary>
internal sealed class AnswerTimes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<double>> _milliseconds = [];
    private readonly SortedDictionary<string, int> _answers = new(StringComparer.Ordinal);

    /// <summary>Answers that were none, or no page.</summary>
    public int Errors { get; private set; }

    /// <param name="status">The status, or what went wrong.</param>
    public void Add(string kind, string status, bool right, TimeSpan time)
    {
        lock (_lock)
        {
            if (!_milliseconds.TryGetValue(kind, out var times))
                _milliseconds[kind] = times = [];
            times.Add(time.TotalMilliseconds);
            _answers[status] = _answers.GetValueOrDefault(status) + 1;
            if (!right)
                Errors++;
        }
    }

    public void Print(TimeSpan length)
    {
        Line($"| page | answers | median, ms | 95 % | 99 % | longest |\n|---|---|---|---|---|---|");
        foreach (var (kind, times) in _milliseconds.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Print(kind, times);
        var all = _milliseconds.Values.SelectMany(times => times).ToList();
        Print("all", all);
        Line($"{all.Count / length.TotalSeconds:0.0} answers a second; {string.Join(", ", _answers.Select(answer => $"{answer.Key}: {answer.Value}"))}; {Errors} errors");
    }

    private static void Print(string kind, List<double> times)
    {
        times.Sort();
        Line($"| {kind} | {times.Count} | {At(0.5):0} | {At(0.95):0} | {At(0.99):0} | {times[^1]:0} |");

        double At(double share) => times[(int)(share * (times.Count - 1))];
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
