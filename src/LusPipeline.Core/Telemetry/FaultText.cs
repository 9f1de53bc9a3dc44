using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Core.Telemetry;

/// <summary>
/// Makes the text of an exception for logs. Messages of exceptions may contain file names, and so a patient's name. The text therefore
/// gives types, error codes and stacks. It includes a message only for those of our exceptions whose messages contain nothing but ids.
/// </summary>
public static class FaultText
{
    /// <summary>Returns the exception and its causes in one line.</summary>
    public static string Summary(Exception failure)
    {
        var text = new StringBuilder();
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            text.Append(text.Length == 0 ? "" : " <- ").Append(cause.GetType().FullName).Append(Code(cause));
        return text.ToString();
    }

    /// <summary>Returns the exception and its causes, each with its stack.</summary>
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
