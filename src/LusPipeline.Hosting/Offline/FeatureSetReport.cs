namespace LusPipeline.Hosting.Offline;

/// <summary>What became of a feature set.</summary>
/// <param name="Videos">Videos in the set; with none it was not written.</param>
/// <param name="Frames">T, the frames of each.</param>
/// <param name="FeatureLength">D, the features of one frame.</param>
/// <param name="LeftOut">Videos that are not in it, and why.</param>
/// <param name="Variant">The variant of the bundle that computed.</param>
public sealed record FeatureSetReport(int Videos, int Frames, int FeatureLength, IReadOnlyList<LeftOutVideo> LeftOut, string Variant, TimeSpan Elapsed);

/// <summary>A video that is not in the set.</summary>
/// <param name="Key">Its path below the folder that was named.</param>
/// <param name="Reason">One of <see cref="Core.Outcomes.ReasonCode"/>, or <see cref="NoLabel"/>.</param>
/// <param name="Detail">What was found, in words.</param>
public sealed record LeftOutVideo(string Key, string Reason, string Detail)
{
    public const string NoLabel = "no_label";
}
