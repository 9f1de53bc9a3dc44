namespace LusPipeline.Core.Outcomes;

/// <summary>
/// A fault that a person can mend. Its message says what is wrong and what to do, so a command prints the message alone and ends with
/// <see cref="ExitCode"/>.
/// </summary>
/// <param name="message">One or more whole sentences, without names of videos unless the reader is the one who gave them.</param>
/// <param name="inner">What caused it.</param>
public abstract class LusException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What <c>lus</c> returns to the shell: 1, unless a kind of fault has a code of its own.</summary>
    public virtual int ExitCode => 1;
}
