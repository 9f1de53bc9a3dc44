using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LusPipeline.IntegrationTests;

/// <summary>The built program as a user runs it: a process of its own, with arguments, streams, signals and an exit code.</summary>
internal sealed partial class LusProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource Seen)> _waiters = [];

    private LusProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public static LusProcess Start(IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null, string[]? prefix = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "lus");
        string[] command = [.. prefix ?? [], program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new(start);
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<LusResult> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync();
    }

    public async Task<LusResult> EndAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await _process.WaitForExitAsync(patience.Token);
        lock (_output)
            return new(_process.ExitCode, [.. _output], string.Join('\n', _errors));
    }

    /// <summary>Ends with the first line of either stream that is wanted, also one that came before the call.</summary>
    public async Task SeeAsync(Func<string, bool> wanted)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.Concat(_errors).Any(wanted))
                return;
            _waiters.Add((wanted, seen));
        }
        await seen.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Interrupt() => Assert.Equal(0, SendSignal(_process.Id, 2));

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Take(List<string> lines, string? line)
    {
        if (line is null)
            return;
        lock (_output)
        {
            lines.Add(line);
            foreach (var (wanted, seen) in _waiters)
            {
                if (wanted(line))
                    seen.TrySetResult();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}

/// <summary>What a run of the program left.</summary>
internal sealed record LusResult(int ExitCode, IReadOnlyList<string> Output, string Errors)
{
    public IReadOnlyList<JsonElement> Lines { get; } = [.. Output.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)];

    public IReadOnlyList<JsonElement> Videos => [.. Lines.Where(line => line.GetProperty("kind").GetString() == "video")];

    public IReadOnlyList<JsonElement> Studies => [.. Lines.Where(line => line.GetProperty("kind").GetString() == "study")];

    public JsonElement Summary => Lines.Single(line => line.GetProperty("kind").GetString() == "summary");

    public JsonElement Video(string name) => Videos.Single(video => video.GetProperty("video").GetString() == name);

    /// <summary>status and reason of a video, as one text.</summary>
    public string Status(string name)
    {
        var video = Video(name);
        var reason = video.GetProperty("reason").GetString();
        return video.GetProperty("status").GetString() + (reason is null ? "" : $": {reason}");
    }

    /// <summary>Everything of the results that a second run has to give again to the last bit.</summary>
    public IReadOnlyList<string> Results => [.. Videos
        .Select(video => string.Join(' ', new[] { "study", "video", "status", "diagnosis", "probabilities", "spread", "clips", "frames" }
            .Select(name => video.GetProperty(name).GetRawText())))
        .Order(StringComparer.Ordinal)];
}
