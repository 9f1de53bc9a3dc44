using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Moves;

namespace LusPipeline.Hosting.Offline;

/// <summary>The result of comparing two bundles on the same videos.</summary>
/// <param name="Rejected">The keys of videos that could not be read, with the reasons.</param>
public sealed record ComparisonReport(
    ComparedBundle A, ComparedBundle B, IReadOnlyList<ComparedVideo> Videos, IReadOnlyList<(string Key, Rejection Rejection)> Rejected)
{
    /// <summary>Number of videos for which both bundles give a diagnosis.</summary>
    public int Diagnosed => Videos.Count(video => video.Agree is not null);

    /// <summary>Number of videos for which both bundles give the same diagnosis.</summary>
    public int Agreeing => Videos.Count(video => video.Agree is true);

    /// <summary>Mean of <see cref="ComparedVideo.Difference"/> over the videos, in [0, 1]; null if there is none.</summary>
    public double? Difference => Videos.Average(video => video.Difference);

    /// <summary>Mean of <see cref="ComparedVideo.Cosine"/> over the videos, in [-1, 1]; null if there is none.</summary>
    public double? Cosine => Videos.Average(video => video.Cosine);
}

/// <summary>One of the two bundles that were compared.</summary>
/// <param name="Id">The bundle's id, 64 hex digits.</param>
/// <param name="Frames">Number of frames that it computed.</param>
/// <param name="Time">Time that it took for these frames, without decoding.</param>
public sealed record ComparedBundle(string Name, string Version, string Id, string Variant, long Frames, TimeSpan Time)
{
    public double FramesPerSecond => Time > TimeSpan.Zero ? Frames / Time.TotalSeconds : 0;
}

/// <summary>One video that was compared.</summary>
/// <param name="Key">The video's path below the folder that was named.</param>
/// <param name="A">Probabilities of bundle A; null if it has no head.</param>
/// <param name="B">Probabilities of bundle B; null if it has no head.</param>
/// <param name="Cosine">Mean over the frames of the cosine between the two feature vectors. Null if their lengths or the numbers of frames differ.</param>
public sealed record ComparedVideo(string Key, ClassProbabilities? A, ClassProbabilities? B, double? Cosine)
{
    /// <summary>Whether both give the same diagnosis; null if one gives none.</summary>
    public bool? Agree => A is { } a && B is { } b ? a.Winner == b.Winner : null;

    /// <summary>Mean absolute difference of the three probabilities, in [0, 1]; null if one bundle gives none.</summary>
    public double? Difference => A is { } a && B is { } b
        ? (Math.Abs(a.Covid - b.Covid) + Math.Abs(a.Pneumonia - b.Pneumonia) + Math.Abs(a.Healthy - b.Healthy)) / 3
        : null;
}
