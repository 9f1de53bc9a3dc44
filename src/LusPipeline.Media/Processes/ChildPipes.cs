namespace LusPipeline.Media.Processes;

/// <summary>What is done with a child's three pipes. All are always drained, so that no child waits for a reader.</summary>
/// <param name="Error">Reads stderr to its end. It must keep no more than it needs: a child may write without end.</param>
public sealed record ChildPipes(Func<StreamReader, CancellationToken, Task> Error)
{
    /// <summary>Writes stdin, which is closed afterwards; null for a child that reads nothing.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Reads stdout, and returns false when it needs no more of it: the child is then ended. Null for output that nobody needs.</summary>
    public Func<Stream, CancellationToken, Task<bool>>? Output { get; init; }
}
