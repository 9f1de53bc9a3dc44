namespace LusPipeline.Models.Bundles;

/// <summary>The ids of bundles by their manifests alone. Files are not read; <see cref="Bundle.Load"/> checks them.</summary>
public static class BundleIds
{
    /// <summary>The bundle in a folder, with its own head and with each of its further heads.</summary>
    /// <param name="folder">A folder with a manifest.</param>
    /// <returns>What <see cref="Bundle.Load"/> takes, and the id that the loaded bundle has.</returns>
    /// <exception cref="BundleException">The manifest is missing, too large, not JSON, incomplete or invalid.</exception>
    public static IReadOnlyList<(string Reference, string Id)> In(string folder) => [.. Manifests(folder).Select(one => (one.Reference, one.Id))];

    /// <summary>As <see cref="In"/>, with what the manifest says of the bundle with that head.</summary>
    /// <inheritdoc cref="In"/>
    public static IReadOnlyList<(string Reference, string Id, BundleManifest Manifest)> Manifests(string folder)
    {
        var manifest = ManifestFile.Read(folder);
        return [Of(folder, manifest), .. manifest.Heads.Keys.Select(head => Of(BundleReference.Of(folder, head), manifest.WithHead(head)!))];
    }

    private static (string Reference, string Id, BundleManifest Manifest) Of(string reference, BundleManifest manifest) =>
        (reference, BundleId.Compute(manifest.Inference), manifest);
}
