namespace LusPipeline.IntegrationTests.Processes;

/// <summary>Collects the lines of a stream, up to its end or to a given last line, and wakes who waits for one.</summary>
internal sealed class LineReader
{
    private readonly List<string> _lines = [];
    private readonly string? _last;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    /// <param name="last">How the last line begins; what comes after it is left in the stream. Null reads the whole stream.</param>
    public LineReader(StreamReader stream, string? last = null)
    {
        _last = last;
        Ended = ReadAsync(stream);
    }

    /// <summary>Ends with the last line. Its result is that line, or null where the stream ended before it.</summary>
    public Task<string?> Ended { get; }

    public IReadOnlyList<string> Lines()
    {
        lock (_lines)
            return [.. _lines];
    }

    public async Task<IReadOnlyList<string>> AllAsync()
    {
        try
        {
            await Ended.WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            // A child that outlives a killed process holds the stream open; what came until then counts.
        }
        return Lines();
    }

    public async Task<string?> FirstAsync(Predicate<string> fits, CancellationToken cancellation)
    {
        var seen = 0;
        while (true)
        {
            Task more;
            lock (_lines)
            {
                for (; seen < _lines.Count; seen++)
                {
                    if (fits(_lines[seen]))
                        return _lines[seen];
                }
                if (_ended)
                    return null;
                more = _news.Task;
            }
            await more.WaitAsync(cancellation);
        }
    }

    private async Task<string?> ReadAsync(StreamReader stream)
    {
        while (true)
        {
            var line = await stream.ReadLineAsync();
            var ends = line is null || (_last is not null && line.StartsWith(_last, StringComparison.Ordinal));
            TaskCompletionSource told;
            lock (_lines)
            {
                if (ends)
                    _ended = true;
                else
                    _lines.Add(line!);
                told = _news;
                _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            told.SetResult();
            if (ends)
                return line;
        }
    }
}
