namespace LusPipeline.Core.Identity;

/// <summary>Keys of the objects that the pipeline writes into its work bucket.</summary>
public static class WorkKeys
{
    public const string ClipsPrefix = "clips/";
    public const string FeaturesPrefix = "features/";
    public const string ResultsPrefix = "results/";

    /// <summary>Key of the frames of a clip: uint8 [T,H,W,3], RGB. They are deleted once the clip's features are stored.</summary>
    public static string ClipFrames(Guid clip) => $"{ClipsPrefix}{clip:D}.npy";

    /// <summary>The folder that holds the features of a clip by all backbones.</summary>
    public static string FeaturesOf(Guid clip) => $"{FeaturesPrefix}{clip:D}/";

    /// <summary>Key of the features of a clip by one variant of a backbone: float32 [T,D]. They are kept.</summary>
    /// <param name="backboneSha256">sha256 of the backbone file, lower-case hex.</param>
    public static string Features(Guid clip, string backboneSha256, string variant) =>
        $"{FeaturesPrefix}{clip:D}/{backboneSha256}-{variant}.npy";

    /// <summary>Key of the sidecar of an object, where the bucket is a folder. S3 keeps the sidecar in the object's metadata.</summary>
    public static string Sidecar(string key) => $"{key}.json";
}
