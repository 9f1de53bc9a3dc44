using System.ComponentModel.DataAnnotations;

namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>The limits and waits of a download.</summary>
public sealed record DownloadOptions
{
    /// <summary>Largest file that is accepted, in bytes. The largest Keras file without a top is 344 MB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Most consecutive attempts that bring no new byte.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 5;

    /// <summary>Most attempts in total.</summary>
    [Range(1, 10_000)]
    public int MaxAttempts { get; init; } = 100;

    /// <summary>Wait before the second attempt without a new byte. The wait doubles with each further attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for a response, and then for each next byte.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);
}
