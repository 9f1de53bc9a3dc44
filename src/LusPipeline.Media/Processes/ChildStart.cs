namespace LusPipeline.Media.Processes;

/// <summary>What a child process is started with, and what it may use.</summary>
/// <param name="Program">Name or path.</param>
/// <param name="Arguments">Passed one by one, never through a shell.</param>
public sealed record ChildStart(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables that the child has beside those of this process; one that is null is taken away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Whenever the child and another process want a core, the other comes first.</summary>
    public bool InBackground { get; init; }

    /// <summary>After it the child is ended.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>Of the memory that the child holds, looked at ten times a second. Above it the child is ended.</summary>
    public long? MaxResidentBytes { get; init; }
}
