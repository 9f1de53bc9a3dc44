using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

[assembly: AssemblyFixture(typeof(WarmProcesses))]

namespace LusPipeline.IntegrationTests.Processes;

/// <summary>
/// A process of <c>lus</c> that runs one command after the other, by <see cref="StartupHook"/>. A new process compiles some 5,000 methods before it has done
/// anything, which costs more processor time than most tests do; a used one has them. It has one command at a time, so it can be killed and stopped like any.
/// </summary>
internal sealed class WarmProcess(Process process) : IDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(40);
    private static readonly ConcurrentBag<WarmProcess> Free = [];
    private static readonly ConcurrentDictionary<WarmProcess, bool> All = new();

    private int _signals;

    public Process Process { get; } = process;

    /// <summary>Takes a process that has no command, or starts one.</summary>
    public static WarmProcess Take(Func<Process> start)
    {
        while (Free.TryTake(out var used))
        {
            if (!used.Process.HasExited)
                return used;
            used.Dispose();
        }
        var warm = new WarmProcess(start());
        All[warm] = true;
        return warm;
    }

    /// <summary>Ends those that have no command, and those whose command does not end.</summary>
    public static void EndAll()
    {
        foreach (var warm in All.Keys)
            warm.Dispose();
    }

    /// <summary>Begins a command.</summary>
    /// <returns>Readers of the standard output and the standard error, which end with the command.</returns>
    public (LineReader Output, LineReader Errors) Begin(string[] arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var command = new WarmCommand(arguments, environment, $"ended-{Guid.NewGuid():N} ", _signals);
        Process.StandardInput.WriteLine(JsonSerializer.Serialize(command));
        Process.StandardInput.Flush();
        return (new(Process.StandardOutput, command.LastLine), new(Process.StandardError, command.LastLine));
    }

    /// <summary>Counts a signal that is sent to the command.</summary>
    public void CountSignal() => _signals++;

    /// <summary>Makes the process free for the next command when this one ends. One that fails, or does not end, takes its process with it.</summary>
    /// <param name="ended">The last lines of the standard output and the standard error, null where the process ended.</param>
    public async Task GiveBackAsync(Task<string?[]> ended)
    {
        try
        {
            var last = await ended.WaitAsync(StopPatience);
            if (Array.TrueForAll(last, line => line is not null && ExitCode(line) == 0))
            {
                Free.Add(this);
                return;
            }
        }
        catch (TimeoutException)
        {
            // What does not stop is killed below.
        }
        Dispose();
    }

    /// <param name="last">The line that ended the output of a command.</param>
    public static int ExitCode(string last) => int.Parse(last[(last.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);

    public void Dispose()
    {
        if (!All.TryRemove(this, out _))
            return;
        Process.Kill(entireProcessTree: true);
        Process.WaitForExit();
        Process.Dispose();
    }
}

/// <summary>Ends the warm processes with the tests.</summary>
public sealed class WarmProcesses : IDisposable
{
    public void Dispose() => WarmProcess.EndAll();
}
