namespace LusPipeline.Models.Bundles;

/// <summary>
/// A model as a folder: <c>manifest.json</c>, ONNX files, a card and licences. In a loaded bundle the files match the manifest's sha256 sums and refer to
/// nothing outside the folder.
/// </summary>
public sealed class Bundle
{
    /// <summary>A card that is larger is not shown.</summary>
    public const int MostCardBytes = 256 * 1024;

    private Bundle(string folder, string? head, byte[] bytes, BundleManifest whole)
    {
        Folder = folder;
        HeadName = head;
        ManifestBytes = bytes;
        WholeManifest = whole;
        Manifest = head is null ? whole : whole.WithHead(head) ?? throw new BundleException(
            $"The bundle '{folder}' has no further head '{head}'; {(whole.Heads.Count == 0 ? "it has its own alone" : $"it has {string.Join(", ", whole.Heads.Keys)}")}.");
        var manifest = Manifest;
        Id = BundleId.Compute(manifest.Inference);
        Variants = [.. BundleVariant.All.Where(manifest.Inference.Backbones.ContainsKey)];
    }

    /// <summary>sha256 of the manifest's inference part (files, preprocessing, classes, T, threshold), as 64 lower-case hex digits.</summary>
    public string Id { get; }

    public string Folder { get; }

    /// <summary>The name of the further head that was chosen; null for the bundle's own.</summary>
    public string? HeadName { get; }

    /// <summary>What <see cref="Load"/> takes: the folder, and the further head if one was chosen.</summary>
    public string Reference => BundleReference.Of(Folder, HeadName);

    /// <summary>What the manifest says of the bundle with the head that was chosen.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>All of <c>manifest.json</c>.</summary>
    public BundleManifest WholeManifest { get; }

    /// <summary>The manifest as it was read.</summary>
    internal byte[] ManifestBytes { get; }

    /// <summary>The bundle's variants, in the order of <see cref="BundleVariant.All"/>.</summary>
    public IReadOnlyList<string> Variants { get; }

    public string Name => Manifest.Name;
    public string Version => Manifest.Version;

    /// <summary>Whether this version of <c>lus models</c> has checked exactly this bundle.</summary>
    public bool IsChecked => Manifest.Checked == BundleCheck.ByThisProgram(this);

    /// <summary>H, the height in pixels of the frames that the backbone takes.</summary>
    public int Height => Manifest.Inference.Height;

    /// <summary>W, the width in pixels of the frames that the backbone takes.</summary>
    public int Width => Manifest.Inference.Width;

    /// <summary>T, the number of frames of one clip.</summary>
    public int Frames => Manifest.Inference.Frames;

    /// <summary>D, the number of features of one frame.</summary>
    public int Features => Manifest.Inference.Features;

    /// <summary>In [0, 1]. A result whose highest probability is below it is uncertain.</summary>
    public double Threshold => Manifest.Inference.Threshold;

    /// <summary>Whether the bundle has a head. A bundle without one only makes features.</summary>
    public bool HasHead => Manifest.Inference.Head is not null;

    /// <summary>Reads a bundle and checks every byte of its models against the manifest's sha256 sums.</summary>
    /// <param name="reference">The bundle's folder, or its folder and one of its further heads: see <see cref="BundleReference"/>.</param>
    /// <param name="keys">The keys one of which has to have signed the manifest; null for none.</param>
    /// <exception cref="BundleException">
    /// The manifest or a file is missing, invalid, changed, too large, not signed, or refers to something outside the folder.
    /// </exception>
    public static Bundle Load(string reference, TrustedKeys? keys = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        var (folder, head) = BundleReference.Split(reference);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var bytes = ManifestFile.ReadBytes(full);
        keys?.Require(full, bytes);
        var bundle = new Bundle(full, head, bytes, ManifestFile.Parse(full, bytes));
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

    /// <summary>The model card as Markdown, as the manifest names it. It is not covered by the manifest's sums, so it is text of a stranger.</summary>
    /// <returns>Null if the bundle has none, if it is a link, or if it is larger than <see cref="MostCardBytes"/>.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string? ReadCard()
    {
        if (Manifest.Card is not { } name)
            return null;
        var file = new FileInfo(Path.Combine(Folder, name));
        return file.Exists && file.LinkTarget is null && file.Length <= MostCardBytes ? File.ReadAllText(file.FullName) : null;
    }
}
