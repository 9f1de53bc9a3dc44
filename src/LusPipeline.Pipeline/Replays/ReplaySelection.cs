namespace LusPipeline.Pipeline.Replays;

/// <summary>Which videos are to be done again: those that everything given here fits. Contents that were replaced are never among them.</summary>
public sealed record ReplaySelection
{
    /// <summary>Names of studies.</summary>
    public IReadOnlyCollection<string> Studies { get; init; } = [];

    public IReadOnlyCollection<Guid> VideoIds { get; init; } = [];

    /// <summary>Keys below the watched prefix; with <see cref="VideoIds"/>, either fits.</summary>
    public IReadOnlyCollection<string> Keys { get; init; } = [];

    /// <summary>The videos of these clips: a video's result needs all its clips of one generation.</summary>
    public IReadOnlyCollection<Guid> ClipIds { get; init; } = [];

    /// <summary>Only failed ones, the crashed among them.</summary>
    public bool Failed { get; init; }

    /// <summary>Only those found or finished at this time (UTC) or later.</summary>
    public DateTime? Since { get; init; }

    /// <summary>Nothing is asked for: every video fits.</summary>
    public bool IsEmpty => this is { Studies.Count: 0, VideoIds.Count: 0, Keys.Count: 0, ClipIds.Count: 0, Failed: false, Since: null };
}
