namespace LusPipeline.Tests.Ledger;

/// <summary>Something that is asked of a ledger.</summary>
/// <param name="AskAsync">Gives what came back.</param>
internal sealed record Question(string Name, Func<Task<object?>> AskAsync)
{
    /// <summary>What makes it worth asking, again before each time; not measured.</summary>
    public Func<Task>? PrepareAsync { get; init; }
}
