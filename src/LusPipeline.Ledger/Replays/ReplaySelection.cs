namespace LusPipeline.Ledger.Replays;

/// <summary>Selects the videos to replay: those that meet every condition given here. Contents that were replaced are never selected.</summary>
public sealed record ReplaySelection
{
    /// <summary>Names of studies.</summary>
    public IReadOnlyCollection<string> Studies { get; init; } = [];

    public IReadOnlyCollection<Guid> VideoIds { get; init; } = [];

    /// <summary>Keys below the watched prefix. If <see cref="VideoIds"/> are given too, a video has to match only one of the two.</summary>
    public IReadOnlyCollection<string> Keys { get; init; } = [];

    /// <summary>Clip ids, which select their videos. A video's result needs all its clips in one generation.</summary>
    public IReadOnlyCollection<Guid> ClipIds { get; init; } = [];

    /// <summary>Only failed videos, including those that crashed.</summary>
    public bool Failed { get; init; }

    /// <summary>Only videos that were found or finished at this time (UTC) or later.</summary>
    public DateTime? Since { get; init; }

    /// <summary>Whether there is no condition, so that every video is selected.</summary>
    public bool IsEmpty => this is { Studies.Count: 0, VideoIds.Count: 0, Keys.Count: 0, ClipIds.Count: 0, Failed: false, Since: null };
}
