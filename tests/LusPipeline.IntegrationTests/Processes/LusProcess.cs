using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace LusPipeline.IntegrationTests.Processes;

/// <summary>The built <c>lus</c> as a process of its own, as a user starts it. Disposing it ends it with all its children.</summary>
internal sealed partial class LusProcess : IAsyncDisposable
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>A shell that starts the tests in the background lets them and their children ignore Ctrl-C.</summary>
    private static readonly string[] Program = ["env", "--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "lus")];

    private readonly Process _process;
    private readonly WarmProcess? _warm;
    private readonly LineReader _output;
    private readonly LineReader _errors;
    private bool _disposed;
    private bool _killed;

    private LusProcess(Process process)
    {
        _process = process;
        _process.StandardInput.Close();
        _output = new LineReader(_process.StandardOutput);
        _errors = new LineReader(_process.StandardError);
    }

    private LusProcess(WarmProcess warm, string[] arguments, IReadOnlyDictionary<string, string?> environment)
    {
        (_warm, _process) = (warm, warm.Process);
        (_output, _errors) = warm.Begin(arguments, environment);
    }

    public int Id => _process.Id;

    public bool HasExited => _warm is null ? _process.HasExited : _output.Ended.IsCompleted && _errors.Ended.IsCompleted;

    /// <summary>What it has written to both streams so far.</summary>
    public string Said => string.Join('\n', _output.Lines().Concat(_errors.Lines()));

    /// <summary>Starts <c>lus</c>: in a process that has run a command before where nothing but settings tells them apart, else in a new one.</summary>
    /// <param name="arguments">What stands after <c>lus</c>.</param>
    /// <param name="folder">The current folder of the process.</param>
    /// <param name="environment">Variables to set, or with null to remove.</param>
    /// <param name="withoutPrivileges">Root's right to read and write every file is taken away, so that permissions count.</param>
    /// <param name="isNew">A new process in any case.</param>
    public static LusProcess Start(
        IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string?>? environment = null, bool withoutPrivileges = false,
        bool isNew = false)
    {
        environment ??= new Dictionary<string, string?>();
        var onlySettings = environment.All(variable => variable.Value is not null && variable.Key.StartsWith("LUS__", StringComparison.Ordinal));
        if (folder is null && !withoutPrivileges && !isNew && onlySettings)
            return new(WarmProcess.Take(StartWarm), [.. arguments], environment);
        string[] program = [.. Program, .. arguments];
        if (withoutPrivileges && Environment.IsPrivilegedProcess)
            program = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--", .. program];
        return new(StartProcess(program, folder, environment));
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

    /// <summary>The process stands still (SIGSTOP) until <see cref="SendContinue"/>.</summary>
    public void SendPause() => Send(Stop);

    public void SendContinue() => Send(Continue);

    /// <summary>kill -9: ends this process at once, and none of its children.</summary>
    public void SendKill()
    {
        _killed = true;
        Send(Kill);
    }

    /// <summary>kill -9 for a process that may have ended by itself.</summary>
    public void SendKillIfRunning()
    {
        if (HasExited)
            return;
        _killed = true;
        _ = SendSignal(_process.Id, Kill);
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="TimeoutException">It did not end; the message has what it wrote.</exception>
    public async Task<LusResult> EndAsync(TimeSpan? patience = null)
    {
        using var limit = Limit(patience);
        try
        {
            await WaitForEndAsync(limit.Token);
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

    /// <summary>Ends it, if it has not ended: a new process at once, a warm one in good order and without waiting for it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_warm is not null)
        {
            // The command may have ended by itself just before: its process dies all the same, and must not get another command.
            if (_killed)
            {
                _warm.Dispose();
                return;
            }
            if (!HasExited)
                SendTerminate();
            _ = _warm.GiveBackAsync(Task.WhenAll(_output.Ended, _errors.Ended));
            return;
        }
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private static Process StartWarm() => StartProcess(
        Program, null, new Dictionary<string, string?> { ["DOTNET_STARTUP_HOOKS"] = typeof(LusProcess).Assembly.Location });

    private static Process StartProcess(string[] program, string? folder, IReadOnlyDictionary<string, string?> environment)
    {
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
        // Settings of whoever runs the tests.
        start.Environment["XDG_CONFIG_HOME"] = "/nonexistent";
        foreach (var (name, value) in environment)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }
        return Process.Start(start)!;
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

    private Task WaitForEndAsync(CancellationToken cancellation) =>
        _warm is null ? _process.WaitForExitAsync(cancellation) : Task.WhenAll(_output.Ended, _errors.Ended).WaitAsync(cancellation);

    private async Task<LusResult> ResultAsync()
    {
        var (output, errors) = (await _output.AllAsync(), await _errors.AllAsync());
        if (_warm is not null && _output.Ended is { IsCompleted: true, Result: { } last })
            return new(WarmProcess.ExitCode(last), output, errors);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(_process.ExitCode, output, errors);
    }

    private void Send(int signal)
    {
        if (signal is Interrupt or Terminate)
            _warm?.CountSignal();
        Assert.Equal(0, SendSignal(_process.Id, signal));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
