using System.ComponentModel.DataAnnotations;

namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>How far a download goes before it gives up.</summary>
public sealed record DownloadOptions
{
    /// <summary>The largest file that is taken; the largest of Keras' files without top is 344 MB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Attempts in a row that bring no new byte.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 5;

    /// <summary>Attempts in all, whatever they bring.</summary>
    [Range(1, 10_000)]
    public int MaxAttempts { get; init; } = 100;

    /// <summary>Wait before the second attempt without a new byte; each further one waits twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for an answer, and then for each next byte.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);
}
