namespace LusPipeline.Models.Bundles;

/// <summary>The ids of bundles by their manifests alone. Files are not read; <see cref="Bundle.Load"/> checks them.</summary>
public static class BundleIds
{
    /// <summary>The bundle in a folder, with its own head and with each of its further heads.</summary>
    /// <param name="folder">A folder with a manifest.</param>
    /// <returns>What <see cref="Bundle.Load"/> takes, and the id that the loaded bundle has.</returns>
    /// <exception cref="BundleException">The manifest is missing, too large, not JSON, incomplete or invalid.</exception>
    public static IReadOnlyList<(string Reference, string Id)> In(string folder)
    {
        var manifest = ManifestFile.Read(folder);
        return
        [
            (folder, BundleId.Compute(manifest.Inference)),
            .. manifest.Heads.Keys.Select(head => (BundleReference.Of(folder, head), BundleId.Compute(manifest.WithHead(head)!.Inference))),
        ];
    }
}
