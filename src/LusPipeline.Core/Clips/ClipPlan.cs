namespace LusPipeline.Core.Clips;

/// <summary>
/// Says which decoded frames make the clips of a video. It uses integer arithmetic only, so that every machine gives the same clips. Times
/// are in ticks of 100 ns; counts are of decoded frames.
/// </summary>
public sealed record ClipPlan
{
    public const string WholeKind = "whole";
    public const string WindowsKind = "windows";

    /// <summary>Frame rate that is assumed for a video without a duration.</summary>
    private const int AssumedFramesPerSecond = 25;

    private ClipPlan(string kind, int frames, TimeSpan window, TimeSpan stride)
    {
        Kind = kind;
        Frames = frames;
        Window = window;
        Stride = stride;
    }

    public string Kind { get; }

    /// <summary>T, the number of frames of one clip.</summary>
    public int Frames { get; }

    /// <summary>Length of a window. Zero for <see cref="WholeKind"/>.</summary>
    public TimeSpan Window { get; }

    /// <summary>Time from the start of one window to the start of the next. Zero for <see cref="WholeKind"/>.</summary>
    public TimeSpan Stride { get; }

    /// <summary>The paper's plan: one clip, its frames spread evenly over the whole video.</summary>
    public static ClipPlan Whole(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        return new(WholeKind, frames, TimeSpan.Zero, TimeSpan.Zero);
    }

    /// <summary>Makes one clip for each window of the video.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="window"/> or <paramref name="stride"/> is not above zero.</exception>
    public static ClipPlan Windows(int frames, TimeSpan window, TimeSpan stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(stride, TimeSpan.Zero);
        return new(WindowsKind, frames, window, stride);
    }

    /// <summary>Makes a plan from the values that the ledger stores.</summary>
    public static ClipPlan From(string kind, int frames, TimeSpan window, TimeSpan stride) => kind switch
    {
        WholeKind => Whole(frames),
        WindowsKind => Windows(frames, window, stride),
        _ => throw new ArgumentException($"'{kind}' is not a clip plan; use {WholeKind} or {WindowsKind}.", nameof(kind)),
    };

    /// <summary>Applies the plan to a video of <paramref name="decodedFrames"/> frames.</summary>
    /// <param name="decodedFrames">n ≥ 2, the number of frames that the decoder returned, never the count in a header.</param>
    /// <param name="duration">The length of the video; null if it is unknown.</param>
    public ClipCut Cut(int decodedFrames, TimeSpan? duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(decodedFrames, 2);
        if (Kind == WholeKind)
            return new ClipCut(Frames, decodedFrames, decodedFrames, 1);

        Int128 ticks = duration is { Ticks: > 0 } known
            ? known.Ticks
            : (Int128)decodedFrames * TimeSpan.TicksPerSecond / AssumedFramesPerSecond;
        var width = Math.Max(2, Rounded(Window, decodedFrames, ticks));
        var step = Math.Max(1, Rounded(Stride, decodedFrames, ticks));
        var count = width > decodedFrames ? 1 : 1 + ((decodedFrames - width) / step);
        return new ClipCut(Frames, (int)Math.Min(width, decodedFrames), step, (int)count);
    }

    /// <summary>Returns round(time · n / duration), with halves rounded up. The value is capped above any number of frames.</summary>
    private static long Rounded(TimeSpan time, int decodedFrames, Int128 durationTicks)
    {
        var twice = ((Int128)time.Ticks * decodedFrames * 2) + durationTicks;
        var rounded = twice / (durationTicks * 2);
        return rounded > int.MaxValue ? int.MaxValue : (long)rounded;
    }
}
