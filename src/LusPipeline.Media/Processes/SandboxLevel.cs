namespace LusPipeline.Media.Processes;

/// <summary>What the kernel keeps from a child process.</summary>
public enum SandboxLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The network and system calls that no decoder needs: seccomp.</summary>
    Calls,

    /// <summary>The same, and all files but those that the child was given: seccomp and Landlock.</summary>
    Full,
}
