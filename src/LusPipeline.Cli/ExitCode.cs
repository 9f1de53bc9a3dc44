namespace LusPipeline.Cli;

/// <summary>What <c>lus</c> returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Everything is done.</summary>
    public const int Done = 0;

    /// <summary>Usage, configuration, model or engine error, or no video found.</summary>
    public const int Error = 1;

    /// <summary>Some videos were rejected or failed; the others have results.</summary>
    public const int Incomplete = 2;

    /// <summary>The database's schema is older or newer than this program.</summary>
    public const int OtherVersion = 3;

    public const int Interrupted = 130;
}
