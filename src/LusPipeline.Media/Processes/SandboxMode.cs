namespace LusPipeline.Media.Processes;

/// <summary>Whether child processes that read files from outside run in the kernel's sandbox.</summary>
public enum SandboxMode
{
    /// <summary>As far as the kernel offers it.</summary>
    Auto,

    /// <summary>Always. The program refuses to start where the kernel does not offer all of it.</summary>
    Required,

    /// <summary>Never.</summary>
    Off,
}
