using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Moves;

namespace LusPipeline.Hosting.Offline;

/// <summary>Two bundles on the same videos.</summary>
/// <param name="Rejected">Videos that could not be read, by key.</param>
public sealed record ComparisonReport(
    ComparedBundle A, ComparedBundle B, IReadOnlyList<ComparedVideo> Videos, IReadOnlyList<(string Key, Rejection Rejection)> Rejected)
{
    /// <summary>Videos of which both give a diagnosis.</summary>
    public int Diagnosed => Videos.Count(video => video.Agree is not null);

    /// <summary>Videos of which both give the same diagnosis.</summary>
    public int Agreeing => Videos.Count(video => video.Agree is true);

    /// <summary>The mean over the videos; null when there is none.</summary>
    public double? Difference => Videos.Average(video => video.Difference);

    /// <summary>The mean over the videos; null when there is none.</summary>
    public double? Cosine => Videos.Average(video => video.Cosine);
}

/// <summary>One of the two.</summary>
/// <param name="Id">The bundle's id, 64 hex digits.</param>
/// <param name="Frames">Frames through it.</param>
/// <param name="Time">That it took for them, decoding not counted.</param>
public sealed record ComparedBundle(string Name, string Version, string Id, string Variant, long Frames, TimeSpan Time)
{
    public double FramesPerSecond => Time > TimeSpan.Zero ? Frames / Time.TotalSeconds : 0;
}

/// <summary>One video.</summary>
/// <param name="Key">Its path below the folder that was named.</param>
/// <param name="A">Null when the bundle has no head.</param>
/// <param name="B">Null when the bundle has no head.</param>
/// <param name="Cosine">Mean over the frames of the cosine between the two features; null when their lengths or the numbers of frames differ.</param>
public sealed record ComparedVideo(string Key, ClassProbabilities? A, ClassProbabilities? B, double? Cosine)
{
    /// <summary>Both give the same diagnosis; null when one gives none.</summary>
    public bool? Agree => A is { } a && B is { } b ? a.Winner == b.Winner : null;

    /// <summary>Mean absolute difference of the three probabilities; null when there are none to compare.</summary>
    public double? Difference => A is { } a && B is { } b
        ? (Math.Abs(a.Covid - b.Covid) + Math.Abs(a.Pneumonia - b.Pneumonia) + Math.Abs(a.Healthy - b.Healthy)) / 3
        : null;
}
