using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace LusPipeline.IntegrationTests;

/// <summary>The built <c>lus</c> as a process of its own, as a user starts it. Disposing it ends it with all its children.</summary>
internal sealed partial class LusProcess : IAsyncDisposable
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly LineReader _output;
    private readonly LineReader _errors;

    private LusProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _output = new LineReader(_process.StandardOutput);
        _errors = new LineReader(_process.StandardError);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to both streams so far.</summary>
    public string Said => string.Join('\n', _output.Lines().Concat(_errors.Lines()));

    /// <summary>Starts <c>lus</c>.</summary>
    /// <param name="arguments">What stands after <c>lus</c>.</param>
    /// <param name="folder">The current folder of the process.</param>
    /// <param name="environment">Variables to set, or with null to remove.</param>
    /// <param name="withoutPrivileges">Root's right to read and write every file is taken away, so that permissions count.</param>
    public static LusProcess Start(
        IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string?>? environment = null, bool withoutPrivileges = false)
    {
        string[] program = [Path.Combine(AppContext.BaseDirectory, "lus"), .. arguments];
        if (withoutPrivileges && Environment.IsPrivilegedProcess)
            program = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--", .. program];
        var start = new ProcessStartInfo(program[0], program[1..])
        {
            WorkingDirectory = folder ?? Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);
        // The tests may run by a .NET that is not where programs look for it.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }
        return new(start);
    }

    /// <summary>Runs <c>lus</c> to its end.</summary>
    /// <inheritdoc cref="Start"/>
    public static async Task<LusResult> RunAsync(
        IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string?>? environment = null, bool withoutPrivileges = false,
        TimeSpan? patience = null)
    {
        await using var lus = Start(arguments, folder, environment, withoutPrivileges);
        return await lus.EndAsync(patience);
    }

    /// <summary>Ctrl-C.</summary>
    public void SendInterrupt() => Send(Interrupt);

    public void SendTerminate() => Send(Terminate);

    /// <summary>kill -9: ends this process at once, and none of its children.</summary>
    public void SendKill() => Send(Kill);

    /// <summary>kill -9 for a process that may have ended by itself.</summary>
    public void SendKillIfRunning()
    {
        if (!_process.HasExited)
            _ = SendSignal(_process.Id, Kill);
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="TimeoutException">It did not end; the message has what it wrote.</exception>
    public async Task<LusResult> EndAsync(TimeSpan? patience = null)
    {
        using var limit = Limit(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
            throw new TimeoutException($"lus did not end in time.\n{await ResultAsync()}");
        }
        return await ResultAsync();
    }

    /// <summary>Waits until a line of the standard output fits, also one that is there already.</summary>
    /// <exception cref="InvalidOperationException">The process ended without such a line.</exception>
    public Task<string> OutputLineAsync(Predicate<string> fits, TimeSpan? patience = null) => LineAsync(_output, fits, patience);

    /// <summary>Waits until a line of the standard error fits, also one that is there already.</summary>
    /// <exception cref="InvalidOperationException">The process ended without such a line.</exception>
    public Task<string> ErrorLineAsync(Predicate<string> fits, TimeSpan? patience = null) => LineAsync(_errors, fits, patience);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    /// <summary>What of the environment would change the result of a test.</summary>
    private static bool IsSetting(string name) =>
        name.StartsWith("LUS_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("DOTNET_ENVIRONMENT", StringComparison.OrdinalIgnoreCase);

    private static CancellationTokenSource Limit(TimeSpan? patience)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience ?? Patience);
        return limit;
    }

    private async Task<string> LineAsync(LineReader lines, Predicate<string> fits, TimeSpan? patience)
    {
        using var limit = Limit(patience);
        try
        {
            return await lines.FirstAsync(fits, limit.Token)
                ?? throw new InvalidOperationException($"lus ended without the line that was waited for.\n{await EndAsync()}");
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("lus did not write the line that was waited for.\n"
                + new LusResult(-1, _output.Lines(), _errors.Lines()));
        }
    }

    private async Task<LusResult> ResultAsync() => new(_process.ExitCode, await _output.AllAsync(), await _errors.AllAsync());

    private void Send(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    /// <summary>Collects the lines of a stream and wakes who waits for one.</summary>
    private sealed class LineReader
    {
        private readonly List<string> _lines = [];
        private readonly Task _reading;
        private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _ended;

        public LineReader(StreamReader stream)
        {
            _reading = ReadAsync(stream);
        }

        public IReadOnlyList<string> Lines()
        {
            lock (_lines)
                return [.. _lines];
        }

        public async Task<IReadOnlyList<string>> AllAsync()
        {
            try
            {
                await _reading.WaitAsync(TimeSpan.FromSeconds(5));
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

        private async Task ReadAsync(StreamReader stream)
        {
            string? line;
            do
            {
                line = await stream.ReadLineAsync();
                TaskCompletionSource told;
                lock (_lines)
                {
                    if (line is null)
                        _ended = true;
                    else
                        _lines.Add(line);
                    told = _news;
                    _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
                told.SetResult();
            }
            while (line is not null);
        }
    }
}
