using System.ComponentModel;

namespace LusPipeline.Media.Processes;

/// <summary>A program does not exist, or this user may not run it.</summary>
public sealed class ChildNotStartedException(string program, Win32Exception inner) : Exception($"'{program}' cannot be started ({inner.Message}).", inner)
{
    /// <summary>The operating system's message.</summary>
    public string Cause => InnerException!.Message;
}
