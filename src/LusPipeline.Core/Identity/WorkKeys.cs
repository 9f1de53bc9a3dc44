namespace LusPipeline.Core.Identity;

/// <summary>Keys of the objects that the pipeline writes into its work bucket.</summary>
public static class WorkKeys
{
    public const string ClipsPrefix = "clips/";
    public const string FeaturesPrefix = "features/";
    public const string ResultsPrefix = "results/";

    /// <summary>uint8 [T,H,W,3] RGB frames of a clip, deleted once its features are stored.</summary>
    public static string ClipFrames(Guid clip) => $"{ClipsPrefix}{clip:D}.npy";

    /// <summary>float32 [T,D] features of a clip by one variant of a backbone, kept.</summary>
    /// <param name="backboneSha256">sha256 of the backbone file, lower-case hex.</param>
    public static string Features(Guid clip, string backboneSha256, string variant) =>
        $"{FeaturesPrefix}{clip:D}/{backboneSha256}-{variant}.npy";
}
