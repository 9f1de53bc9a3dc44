using System.Text.Json;

namespace LusPipeline.Models.Bundles;

/// <summary>Reads and writes <c>manifest.json</c>.</summary>
internal static class ManifestFile
{
    private const long MaxBytes = 1 << 20;

    /// <exception cref="BundleException">No manifest, or one that is too large, no JSON, incomplete or wrong.</exception>
    public static BundleManifest Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new BundleException($"'{folder}' is no model bundle: there is no such folder. Give the folder that holds {BundleManifest.FileName}.");
        var path = Path.Combine(folder, BundleManifest.FileName);
        BundleManifest manifest;
        try
        {
            var length = new FileInfo(path).Length;
            if (length is 0 or > MaxBytes)
                throw new BundleException($"'{path}' has {length} bytes; a manifest has 1 to {MaxBytes}. Import the model again.");
            manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), ManifestJson.Default.BundleManifest)
                ?? throw new BundleException($"'{path}' is empty. Import the model again.");
        }
        catch (FileNotFoundException missing)
        {
            throw new BundleException($"'{folder}' is no model bundle: it has no {BundleManifest.FileName}.", missing);
        }
        catch (JsonException wrong)
        {
            throw new BundleException($"'{path}' is not a valid manifest: {wrong.Message}", wrong);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"'{path}' cannot be read: {unreadable.Message}", unreadable);
        }
        if (ManifestRules.FirstFault(manifest) is { } fault)
            throw new BundleException($"'{path}': {fault}.");
        return manifest;
    }

    /// <summary>Writes the manifest of a new bundle.</summary>
    public static void Write(string folder, BundleManifest manifest) => WriteTo(Path.Combine(folder, BundleManifest.FileName), manifest);

    /// <summary>Puts another manifest in the place of the bundle's, at one stroke.</summary>
    public static void Replace(string folder, BundleManifest manifest)
    {
        var path = Path.Combine(folder, BundleManifest.FileName);
        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            WriteTo(unfinished, manifest);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static void WriteTo(string path, BundleManifest manifest)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        JsonSerializer.Serialize(stream, manifest, ManifestJson.Default.BundleManifest);
        stream.WriteByte((byte)'\n');
        stream.Flush(flushToDisk: true);
    }
}
