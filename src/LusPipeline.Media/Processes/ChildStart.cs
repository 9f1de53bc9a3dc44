using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Processes;

/// <summary>How a child process is started, and the limits of its resources.</summary>
/// <param name="Program">An absolute path, or a name that stands in a folder of PATH (<see cref="ProgramPath"/>).</param>
/// <param name="Arguments">Arguments, passed one by one, never through a shell.</param>
public sealed record ChildStart(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables of the child in addition to PATH, the language and the folder of temporary files. It inherits no others.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the child runs at low priority: if it and another process want a core, the other goes first.</summary>
    public bool InBackground { get; init; }

    /// <summary>Longest run time. The child is ended after it. Null: no limit.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>
    /// The most memory that the child may hold, in bytes. It is checked ten times a second, and the child is ended above it. Null: no limit.
    /// </summary>
    public long? MaxResidentBytes { get; init; }

    /// <summary>The most processor time. The kernel ends the child after it, even if this process no longer exists. Null: no limit.</summary>
    public TimeSpan? MaxProcessorTime { get; init; }

    /// <summary>The most address space, in bytes. Allocations beyond it fail. Null: no limit.</summary>
    public long? MaxAddressSpace { get; init; }

    /// <summary>Size of the largest file that the child may write, in bytes. Null: no limit.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>The number that the child has for <see cref="Inherited"/>.</summary>
    public const int InheritedNumber = 3;

    /// <summary>
    /// An open file that the child gets beside its pipes, and may open again as <c>/proc/self/fd/3</c>, in the sandbox too. Null: none.
    /// </summary>
    public SafeFileHandle? Inherited { get; init; }

    /// <summary>What the child may reach, enforced by the kernel. Null: all that this process may.</summary>
    public ChildSandbox? Sandbox { get; init; }
}
