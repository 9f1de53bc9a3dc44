using System.CommandLine;
using System.Diagnostics;
using LusPipeline.ModelTools.Keras;

namespace LusPipeline.Cli.Commands;

/// <summary>
/// Runs a command of <c>lus</c> in a child process with limits on time and memory: files from outside can overflow the stack or
/// crash native code, which no handler catches.
/// </summary>
internal static class ModelsChild
{
    /// <summary>Hidden option of the commands that can run in a child.</summary>
    public const string HereOption = "--in-this-process";

    private const int MaxErrorCharacters = 4000;
    private static readonly TimeSpan MemoryLookInterval = TimeSpan.FromMilliseconds(100);

    /// <param name="arguments">The whole command line after <c>lus</c>.</param>
    /// <param name="subject">The file or folder that the child reads, for the error's message.</param>
    /// <param name="maxTime">After it the child is ended.</param>
    /// <returns>The child's exit code when it ended by itself and said why; otherwise <see cref="ExitCode.Error"/>.</returns>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, string subject, TimeSpan maxTime, ParseResult result, CancellationToken cancellation)
    {
        using var child = Process.Start(StartInfo(arguments, subject)) ?? throw new InvalidOperationException("The child process did not start.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(maxTime);
        child.StandardInput.Close();
        var output = ReadTailAsync(child.StandardOutput);
        var error = ReadTailAsync(child.StandardError);
        string? killed = null;
        try
        {
            killed = await EndOrLimitAsync(child, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            killed = $"took more than {maxTime.TotalMinutes:0} minutes";
        }
        finally
        {
            if (!child.HasExited)
                child.Kill(entireProcessTree: true);
            await child.WaitForExitAsync(CancellationToken.None);
        }
        var (said, complained) = (await output, await error);
        if (killed is null && child.ExitCode is ExitCode.Done or ExitCode.Error)
        {
            await result.InvocationConfiguration.Output.WriteAsync(said);
            await result.InvocationConfiguration.Error.WriteAsync(complained);
            return child.ExitCode;
        }
        await result.InvocationConfiguration.Error.WriteLineAsync(
            $"lus: reading '{subject}' {killed ?? $"crashed the reader (exit code {child.ExitCode})"}; the file is damaged or hostile, or larger than this version can read.");
        return ExitCode.Error;
    }

    private static async Task<string?> EndOrLimitAsync(Process child, CancellationToken limit)
    {
        var end = child.WaitForExitAsync(limit);
        using var timer = new PeriodicTimer(MemoryLookInterval);
        while (await Task.WhenAny(end, timer.WaitForNextTickAsync(limit).AsTask()) != end)
        {
            limit.ThrowIfCancellationRequested();
            child.Refresh();
            if (!child.HasExited && child.WorkingSet64 > ImportLimits.MaxResidentBytes)
                return $"took more than {ImportLimits.MaxResidentBytes >> 30} GiB of memory";
        }
        await end;
        return null;
    }

    private static ProcessStartInfo StartInfo(IEnumerable<string> arguments, string subject)
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("The program's own path is not known.");
        var start = new ProcessStartInfo(host) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "lus.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var (variable, value) = ImportLimits.HeapVariable(subject);
        start.Environment[variable] = value;
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }

    /// <summary>Reads to the end and keeps the last characters only.</summary>
    private static async Task<string> ReadTailAsync(StreamReader reader)
    {
        var tail = new char[MaxErrorCharacters];
        var buffer = new char[1024];
        var kept = 0;
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            var old = Math.Min(kept, MaxErrorCharacters - read);
            Array.Copy(tail, kept - old, tail, 0, old);
            Array.Copy(buffer, 0, tail, old, read);
            kept = old + read;
        }
        return new string(tail, 0, kept);
    }
}
