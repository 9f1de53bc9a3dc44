namespace LusPipeline.Media.Processes;

/// <summary>
/// Decides which process group a child belongs to. A child gets a group of its own, so that a kill reaches all that it has started. What a <c>lus</c>
/// process starts that is a child itself stays in that child's group: a kill of the child must reach it, too.
/// </summary>
public static class ProcessGroup
{
    /// <summary>The environment variable that marks a <c>lus</c> process as a child of another.</summary>
    public const string ChildVariable = "LUS_IS_CHILD";

    /// <summary>Whether a child of this process gets a group of its own.</summary>
    internal static bool IsOwn { get; } = Environment.GetEnvironmentVariable(ChildVariable) is null;
}
