namespace LusPipeline.Hosting.Offline;

/// <summary>The result of making a feature set.</summary>
/// <param name="Videos">Number of videos in the set. If it is 0, no set was written.</param>
/// <param name="Frames">T, the number of frames of each video.</param>
/// <param name="FeatureLength">D, the number of features of one frame.</param>
/// <param name="LeftOut">Videos that are not in the set, and why.</param>
/// <param name="Variant">The bundle's variant that computed the features.</param>
public sealed record FeatureSetReport(int Videos, int Frames, int FeatureLength, IReadOnlyList<LeftOutVideo> LeftOut, string Variant, TimeSpan Elapsed);

/// <summary>A video that is not in the feature set.</summary>
/// <param name="Key">The video's path below the folder that was named.</param>
/// <param name="Reason">A code of <see cref="Core.Outcomes.ReasonCode"/>, or <see cref="NoLabel"/>.</param>
/// <param name="Detail">An explanation in words.</param>
public sealed record LeftOutVideo(string Key, string Reason, string Detail)
{
    public const string NoLabel = "no_label";
}
