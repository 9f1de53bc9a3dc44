using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using LusPipeline.Cli;

namespace LusPipeline.IntegrationTests.Processes;

/// <summary>
/// <c>lus</c> in this process, by its own entry point: for what a command reads, writes and answers, a tenth of the time of a process.
/// What is killed, gets signals, starts itself again or listens to the spans of its process is a <see cref="LusProcess"/>.
/// </summary>
internal static class LusCommand
{
    private const string Prefix = "LUS__";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly Func<string[], int> Main = EntryPoint();

    /// <summary>Runs a command to its end.</summary>
    /// <param name="arguments">What stands after <c>lus</c>.</param>
    /// <param name="settings">Environment variables of settings, which the command gets as <c>--set</c>: others would see this process's environment.</param>
    public static async Task<LusResult> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? settings = null)
    {
        // On a terminal a command writes in its colours and to its width. A replay would take the spans of other tests for its own.
        if (!Console.IsOutputRedirected || !Console.IsErrorRedirected || arguments is ["replay", ..])
            return await LusProcess.RunAsync(arguments, environment: settings);
        var assignments = (settings ?? new Dictionary<string, string?>()).Where(setting => setting.Value is not null)
            .SelectMany(setting => new[] { "--set", $"{KeyOf(setting.Key)}={setting.Value}" });
        using StringWriter output = new(), errors = new();
        var exitCode = await RoutedConsole.RunAsync(output, errors, () => Task.Run(() => Main([.. arguments, .. assignments])))
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
        return new(exitCode, Lines(output), Lines(errors));
    }

    private static string KeyOf(string variable)
    {
        Assert.StartsWith(Prefix, variable, StringComparison.Ordinal);
        return variable[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
    }

    private static string[] Lines(StringWriter writer)
    {
        var text = writer.ToString();
        var lines = text.Split('\n');
        return text.Length == 0 || text[^1] == '\n' ? lines[..^1] : lines;
    }

    private static Func<string[], int> EntryPoint()
    {
        var entry = typeof(ExitCode).Assembly.EntryPoint!;
        return arguments => (int)entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null)!;
    }
}

/// <summary>The console of this process, which gives each flow of execution its own streams.</summary>
internal sealed class RoutedConsole(TextWriter own, AsyncLocal<TextWriter?> routed) : TextWriter
{
    private static readonly AsyncLocal<TextWriter?> Output = new();
    private static readonly AsyncLocal<TextWriter?> Errors = new();

    public override Encoding Encoding => own.Encoding;

    private TextWriter Current => routed.Value ?? own;

    /// <summary>Collects what an action writes to the console.</summary>
    public static async Task<T> RunAsync<T>(TextWriter output, TextWriter errors, Func<Task<T>> action)
    {
        (Output.Value, Errors.Value) = (Synchronized(output), Synchronized(errors));
        return await action();
    }

    public override void Write(char value) => Current.Write(value);

    public override void Write(char[] buffer, int index, int count) => Current.Write(buffer, index, count);

    public override void Write(ReadOnlySpan<char> buffer) => Current.Write(buffer);

    public override void Write(string? value) => Current.Write(value);

    public override void WriteLine(string? value) => Current.WriteLine(value);

    public override void Flush() => Current.Flush();

    [ModuleInitializer]
    internal static void Install()
    {
        Console.SetOut(new RoutedConsole(Console.Out, Output));
        Console.SetError(new RoutedConsole(Console.Error, Errors));
    }
}
