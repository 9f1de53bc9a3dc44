using System.Text.Json;

namespace LusPipeline.Models.Bundles;

/// <summary>Reads and writes <c>manifest.json</c>.</summary>
public static class ManifestFile
{
    /// <summary>A manifest lists the SHA-256 sum of each clip on which its head was trained; this is room for 200,000.</summary>
    private const long MaxBytes = 16 << 20;

    /// <exception cref="BundleException">The manifest is missing, too large, not JSON, incomplete or invalid.</exception>
    public static BundleManifest Read(string folder) => Parse(folder, ReadBytes(folder));

    /// <exception cref="BundleException">The manifest is missing or too large.</exception>
    public static byte[] ReadBytes(string folder)
    {
        if (!Directory.Exists(folder))
            throw new BundleException($"'{folder}' is not a model bundle: there is no such folder. Give the folder that holds {BundleManifest.FileName}.");
        var path = Path.Combine(folder, BundleManifest.FileName);
        try
        {
            var length = new FileInfo(path).Length;
            if (length is 0 or > MaxBytes)
                throw new BundleException($"'{path}' has {length} bytes; a manifest has 1 to {MaxBytes}. Import the model again.");
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException missing)
        {
            throw new BundleException($"'{folder}' is not a model bundle: it has no {BundleManifest.FileName}.", missing);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"'{path}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <exception cref="BundleException">The bytes are not JSON, incomplete or invalid.</exception>
    internal static BundleManifest Parse(string folder, byte[] bytes)
    {
        var path = Path.Combine(folder, BundleManifest.FileName);
        BundleManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(bytes, ManifestJson.Default.BundleManifest)
                ?? throw new BundleException($"'{path}' is empty. Import the model again.");
        }
        catch (JsonException wrong)
        {
            throw new BundleException($"'{path}' is not a valid manifest: {wrong.Message}", wrong);
        }
        if (ManifestRules.FirstFault(manifest) is { } fault)
            throw new BundleException($"'{path}': {fault}.");
        return manifest;
    }

    /// <summary>Writes the manifest of a new bundle.</summary>
    public static void Write(string folder, BundleManifest manifest) =>
        BundleFile.Write(Path.Combine(folder, BundleManifest.FileName), stream => Serialize(stream, manifest));

    /// <summary>Replaces a bundle's manifest atomically.</summary>
    public static void Replace(string folder, BundleManifest manifest) =>
        BundleFile.Replace(Path.Combine(folder, BundleManifest.FileName), stream => Serialize(stream, manifest));

    private static void Serialize(Stream stream, BundleManifest manifest)
    {
        JsonSerializer.Serialize(stream, manifest, ManifestJson.Default.BundleManifest);
        stream.WriteByte((byte)'\n');
    }
}
