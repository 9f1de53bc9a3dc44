using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Hosting.Settings;

/// <summary>The process of a worker.</summary>
public sealed record WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>
    /// Folder for videos and clips in work: a few hundred megabytes on a fast disk. Workers may share it. Without it, the folder is
    /// <c>$CACHE_DIRECTORY</c>, which systemd sets, or <c>lus</c> in <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>.
    /// </summary>
    public string? Scratch { get; init; }

    /// <summary>The folder that counts. It is never in a folder that other users can write, where anybody could make it first.</summary>
    internal string ScratchFolder => Scratch is { Length: > 0 } given ? given
        : Environment.GetEnvironmentVariable("CACHE_DIRECTORY") is { Length: > 0 } service ? service.Split(':')[0]
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "lus");

    /// <summary>Time from the order to stop until everything is given back. It must be shorter than the time that the platform waits before it kills.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Clips that a features worker fetches ahead, beyond those that its model computes.</summary>
    [Range(0, 100)]
    public int ClipsAhead { get; init; } = 2;

    /// <summary>Clips that a sequence worker predicts at the same time.</summary>
    [Range(1, 1000)]
    public int Predictions { get; init; } = 8;
}
