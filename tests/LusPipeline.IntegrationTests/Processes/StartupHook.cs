using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

/// <summary>
/// Runs in a process of <c>lus</c> before its entry point, where DOTNET_STARTUP_HOOKS names this assembly, and runs one command line after the other in it.
/// .NET wants this class outside of every namespace. See <see cref="WarmProcess"/>.
/// </summary>
internal static class StartupHook
{
    private static readonly TimeSpan SignalPatience = TimeSpan.FromSeconds(2);

    private static int _signals;

    /// <summary>Reads commands, a line of JSON each, until the standard input ends, and then ends the process.</summary>
    public static void Initialize()
    {
        var main = Assembly.GetEntryAssembly()!.EntryPoint!;
        // A signal that comes when a command has just ended must not end the process.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Count);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Count);
        using var commands = new StreamReader(Console.OpenStandardInput());
        while (commands.ReadLine() is { } line)
            Run(main, JsonSerializer.Deserialize<WarmCommand>(line)!);
        Environment.Exit(0);
    }

    private static void Run(MethodInfo main, WarmCommand command)
    {
        // One that was sent to the command before is not for this one.
        SpinWait.SpinUntil(() => Volatile.Read(ref _signals) >= command.EarlierSignals, SignalPatience);
        foreach (var (name, value) in command.Environment)
            Environment.SetEnvironmentVariable(name, value);
        var exitCode = (int)main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [command.Arguments], null)!;
        foreach (var name in command.Environment.Keys)
            Environment.SetEnvironmentVariable(name, null);
        Console.Error.WriteLine($"{command.LastLine}{exitCode}");
        Console.Out.WriteLine($"{command.LastLine}{exitCode}");
    }

    private static void Count(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Interlocked.Increment(ref _signals);
    }
}
