namespace LusPipeline.Models.Bundles;

/// <summary>
/// A model as a folder: <c>manifest.json</c>, ONNX files, a card and licences.
/// A loaded bundle's files have the sums that its manifest gives, and refer to nothing outside the folder.
/// </summary>
public sealed class Bundle
{
    private Bundle(string folder, BundleManifest manifest)
    {
        Folder = folder;
        Manifest = manifest;
        Id = BundleId.Of(manifest.Inference);
        Variants = [.. BundleVariant.All.Where(manifest.Inference.Backbones.ContainsKey)];
    }

    /// <summary>sha256 of the inference part: files, preprocessing, classes, T, threshold. 64 lower-case hex digits.</summary>
    public string Id { get; }

    public string Folder { get; }
    public BundleManifest Manifest { get; }

    /// <summary>The variants that it has, in the order of <see cref="BundleVariant.All"/>.</summary>
    public IReadOnlyList<string> Variants { get; }

    public string Name => Manifest.Name;
    public string Version => Manifest.Version;

    /// <summary>Whether this version of <c>lus models</c> has checked this very bundle.</summary>
    public bool IsChecked => Manifest.Checked == BundleCheck.Of(this);

    /// <summary>Of the frames that the backbone takes.</summary>
    public int Height => Manifest.Inference.Height;

    /// <summary>Of the frames that the backbone takes.</summary>
    public int Width => Manifest.Inference.Width;

    /// <summary>T, the frames of one clip.</summary>
    public int Frames => Manifest.Inference.Frames;

    /// <summary>D, the features of one frame.</summary>
    public int Features => Manifest.Inference.Features;

    /// <summary>In [0, 1]: a result whose highest probability is lower is uncertain.</summary>
    public double Threshold => Manifest.Inference.Threshold;

    /// <summary>False for a bundle that only makes features.</summary>
    public bool HasHead => Manifest.Inference.Head is not null;

    /// <summary>Reads a bundle and checks every byte of its models against the manifest's sums.</summary>
    /// <exception cref="BundleException">The manifest or a file is missing, wrong, changed, too large, or reaches outside the folder.</exception>
    public static Bundle Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var bundle = new Bundle(full, ManifestFile.Read(full));
        foreach (var variant in bundle.Variants)
            BundleFileCheck.Run(bundle.PathOf(bundle.Backbone(variant)), bundle.Backbone(variant));
        if (bundle.HasHead)
            BundleFileCheck.Run(bundle.PathOf(bundle.Head), bundle.Head);
        return bundle;
    }

    /// <exception cref="BundleException">The bundle has no such variant.</exception>
    public BundleModel Backbone(string variant) =>
        Manifest.Inference.Backbones.TryGetValue(variant, out var backbone)
            ? backbone
            : throw new BundleException($"The bundle '{Folder}' has no variant '{variant}'; it has {string.Join(", ", Variants)}.");

    /// <exception cref="BundleException">The bundle has no head.</exception>
    public BundleModel Head => Manifest.Inference.Head
        ?? throw new BundleException($"The bundle '{Folder}' has no head, so it makes features but no diagnoses. Import the model with --head.");

    public string PathOf(BundleModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Path.Combine(Folder, model.File);
    }
}
