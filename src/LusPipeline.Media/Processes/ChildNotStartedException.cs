using System.ComponentModel;

namespace LusPipeline.Media.Processes;

/// <summary>A program is not there, or this user may not run it.</summary>
public sealed class ChildNotStartedException(string program, Win32Exception inner) : Exception($"'{program}' cannot be started ({inner.Message}).", inner)
{
    /// <summary>What the system says.</summary>
    public string Cause => InnerException!.Message;
}
