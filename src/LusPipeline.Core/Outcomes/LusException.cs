namespace LusPipeline.Core.Outcomes;

/// <summary>
/// An error that a person can fix. The message says what is wrong and what to do, so a command prints only the message and ends with
/// <see cref="ExitCode"/>.
/// </summary>
/// <param name="message">One or more whole sentences. They name a video only if the reader gave its name.</param>
/// <param name="inner">What caused it.</param>
public abstract class LusException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The exit code of <c>lus</c>. It is 1, unless this kind of error has a code of its own.</summary>
    public virtual int ExitCode => 1;
}
