using System.CommandLine;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Cli;

/// <summary>The only place where an exception of a command becomes a line on stderr and an exit code.</summary>
internal static class CommandGuard
{
    /// <summary>Sets the command's action.</summary>
    /// <param name="command">The command whose action is set.</param>
    /// <param name="action">The action; it returns the exit code.</param>
    /// <param name="explain">Returns the message for an exception that only this command can explain, or null for any other exception.</param>
    public static void SetGuardedAction(
        this Command command, Func<ParseResult, CancellationToken, Task<int>> action, Func<Exception, string?>? explain = null) =>
        command.SetAction(async (result, cancellation) =>
        {
            try
            {
                return await action(result, cancellation);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Interrupted;
            }
            catch (Exception fault) when (Explain(fault, explain) is { } message)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync($"lus: {message}");
                return (fault as LusException)?.ExitCode ?? ExitCode.Error;
            }
        });

    /// <summary>Does the same for a long-running action: Ctrl-C asks it for a clean stop.</summary>
    /// <inheritdoc cref="SetGuardedAction"/>
    public static void SetStoppableAction(
        this Command command, Func<ParseResult, CancellationToken, Task<int>> action, Func<Exception, string?>? explain = null) =>
        command.SetGuardedAction(
            async (result, _) =>
            {
                using var interruption = new Interruption();
                return await action(result, interruption.Token);
            },
            explain);

    /// <returns>The message; null for a bug of the program itself, whose stack trace is needed.</returns>
    private static string? Explain(Exception fault, Func<Exception, string?>? explain) => fault switch
    {
        LusException => fault.Message,
        _ when explain?.Invoke(fault) is { } message => message,
        IOException or UnauthorizedAccessException or InvalidDataException => fault.Message,
        _ => null,
    };
}
