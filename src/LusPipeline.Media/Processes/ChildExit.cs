namespace LusPipeline.Media.Processes;

/// <summary>How a child process ended.</summary>
/// <param name="Code">The exit code; null for a child that this process ended. A signal gives 128 plus its number.</param>
/// <param name="Exceeded">The limit that the child exceeded.</param>
public readonly record struct ChildExit(int? Code, ChildLimit Exceeded = ChildLimit.None);

/// <summary>The limits that a child process can exceed.</summary>
public enum ChildLimit
{
    None,
    Time,
    Memory,
}
