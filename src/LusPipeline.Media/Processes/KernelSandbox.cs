using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Processes;

/// <summary>Finds out which level of the sandbox this kernel offers.</summary>
public static class KernelSandbox
{
    private static readonly Lazy<SandboxLevel> Offered = new(() => (SyscallFilter.IsOffered, Landlock.Version) switch
    {
        (false, _) => SandboxLevel.None,
        (true, 0) => SandboxLevel.Calls,
        _ => SandboxLevel.Full,
    });

    /// <summary>The level of children that are started in a mode.</summary>
    /// <exception cref="BrokenEngineException">The whole sandbox is required, and the kernel does not offer it.</exception>
    public static SandboxLevel For(SandboxMode mode) => For(mode, Offered.Value);

    /// <param name="offered">What the kernel offers.</param>
    internal static SandboxLevel For(SandboxMode mode, SandboxLevel offered)
    {
        if (mode == SandboxMode.Required && offered != SandboxLevel.Full)
        {
            throw new BrokenEngineException(
                $"{MediaOptions.Section}:{nameof(MediaOptions.Sandbox)} is required, but this kernel offers no more than: {Describe(offered)}. "
                + "Use Linux 5.13 or later with Landlock and seccomp, or set it to auto.");
        }
        return mode == SandboxMode.Off ? SandboxLevel.None : offered;
    }

    /// <summary>A level's name in metrics: <c>full</c>, <c>calls</c>, <c>none</c>.</summary>
    public static string NameOf(SandboxLevel level) => level switch { SandboxLevel.Full => "full", SandboxLevel.Calls => "calls", _ => "none" };

    /// <summary>A few words about a level, for people.</summary>
    public static string Describe(SandboxLevel level) => level switch
    {
        SandboxLevel.Full => $"no network and no files but a child's own (Landlock {Landlock.Version}, seccomp)",
        SandboxLevel.Calls => "no network, but all files of the user (seccomp without Landlock)",
        _ => "no sandbox",
    };
}
