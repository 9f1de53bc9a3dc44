namespace LusPipeline.Cli;

/// <summary>The exit codes of <c>lus</c>.</summary>
internal static class ExitCode
{
    /// <summary>Everything is done.</summary>
    public const int Done = 0;

    /// <summary>An error in usage, configuration, model or engine, or no video was found.</summary>
    public const int Error = 1;

    /// <summary>Some videos were rejected or failed; the others have results.</summary>
    public const int Incomplete = 2;

    /// <summary>The database's schema is older or newer than this program expects.</summary>
    public const int OtherVersion = 3;

    public const int Interrupted = 130;
}
