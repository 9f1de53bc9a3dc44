namespace LusPipeline.Media.Processes;

/// <summary>
/// What a child process in the sandbox may reach: the program itself, the system's programs and libraries, and the paths that stand here. It has no
/// network, and can neither trace nor signal other processes.
/// </summary>
/// <param name="Level">The level to apply: <see cref="KernelSandbox.For(SandboxMode)"/>.</param>
public sealed record ChildSandbox(SandboxLevel Level)
{
    /// <summary>Files and folders that the child may read. Links are followed. Paths that do not exist are left out.</summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>Folders in which the child may also make, change and delete files.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];
}
