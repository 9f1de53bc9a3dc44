using System.Diagnostics;
using System.Globalization;

namespace LusPipeline.Benchmarks;

/// <summary>One <c>lus worker</c> as a user starts it.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public WorkerProcess(string lus, IReadOnlyDictionary<string, string> settings, string stage = "all")
    {
        var start = new ProcessStartInfo(lus, ["worker", stage]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (key, value) in settings)
            start.Environment[$"LUS__{key.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <param name="signal">Its name, for example STOP.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Looks until it holds.</summary>
    /// <returns>How often it looked.</returns>
    /// <exception cref="InvalidOperationException">The worker has ended.</exception>
    public async Task<int> UntilAsync(Func<Task<bool>> holds, TimeSpan interval)
    {
        for (var looks = 1; ; looks++)
        {
            if (await holds())
                return looks;
            if (_process.HasExited)
                throw new InvalidOperationException($"The worker ended with {_process.ExitCode}: {await _errors}");
            await Task.Delay(interval);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
