namespace LusPipeline.Media.Processes;

/// <summary>
/// What a child process in the sandbox may reach: the program itself, the system's programs and libraries, and the paths that stand here. It has no
/// network, and can neither trace, signal nor slow down other processes.
/// </summary>
/// <param name="Level">The level to apply: <see cref="KernelSandbox.For(SandboxMode)"/>.</param>
public sealed record ChildSandbox(SandboxLevel Level)
{
    /// <summary>Files and folders that the child may read. Links are followed. Paths that do not exist are left out.</summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>Folders in which the child may also make, change and delete files.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>
    /// Whether the child may signal processes and set their share of the processors: a program of .NET stops its own threads by signals, and ends the
    /// children that it starts. From Linux 6.12 on its signals stay within the sandbox all the same.
    /// </summary>
    public bool MaySignal { get; init; }
}
