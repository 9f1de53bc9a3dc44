using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Core.Telemetry;

/// <summary>
/// An exception as logs may have it. Messages of exceptions hold names of files, which may be a patient's; so it tells the types, the
/// codes and the stack, and a message only of those kinds of ours that promise to hold ids alone.
/// </summary>
public static class FaultText
{
    /// <summary>The exception and its causes in one line.</summary>
    public static string Summary(Exception failure)
    {
        var text = new StringBuilder();
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            text.Append(text.Length == 0 ? "" : " <- ").Append(cause.GetType().FullName).Append(Code(cause));
        return text.ToString();
    }

    /// <summary>The exception and its causes, each with its stack.</summary>
    public static string Full(Exception failure)
    {
        var text = new StringBuilder();
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            text.Append(text.Length == 0 ? "" : "\n <- ").Append(cause.GetType().FullName).Append(Code(cause));
            if (cause.StackTrace is { } stack)
                text.Append('\n').Append(stack);
        }
        return text.ToString();
    }

    private static string Code(Exception failure) => failure switch
    {
        TransientException or MissingObjectException => $" ({failure.Message})",
        DbException { SqlState: { } state } => $" (SQLSTATE {state})",
        SocketException socket => $" ({socket.SocketErrorCode})",
        DbException or IOException => string.Create(CultureInfo.InvariantCulture, $" (0x{failure.HResult:x8})"),
        _ => "",
    };
}
