namespace LusPipeline.Media.Processes;

/// <summary>The handlers of a child's three pipes. All pipes are always drained, so that no child blocks on a full pipe.</summary>
/// <param name="Error">Reads stderr to its end. It must keep only what it needs, because a child may write any amount.</param>
public sealed record ChildPipes(Func<StreamReader, CancellationToken, Task> Error)
{
    /// <summary>Writes stdin, which is closed afterwards. Null for a child that reads no input.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Reads stdout. It returns false if it needs no more output, and the child is then ended. Null if the output is not needed.</summary>
    public Func<Stream, CancellationToken, Task<bool>>? Output { get; init; }
}
