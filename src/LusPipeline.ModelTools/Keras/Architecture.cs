using System.IO.Compression;

namespace LusPipeline.ModelTools.Keras;

/// <summary>
/// The paper's 12 architectures without their tops and with average pooling, as the JSON of <c>model.to_json()</c> in Keras 2.12 (Apache-2.0). A file that
/// holds only weights lacks this JSON.
/// </summary>
public static class Architecture
{
    private const string Folder = "architectures/";
    private const string Extension = ".json.gz";
    private const int MaxJsonBytes = 64 * 1024 * 1024;

    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Architecture).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The JSON of a built-in architecture or of a file.</summary>
    /// <param name="nameOrPath">One of <see cref="Names"/>, or the path of a JSON file.</param>
    internal static ReadOnlyMemory<byte> Json(string nameOrPath)
    {
        if (Names.Contains(nameOrPath, StringComparer.Ordinal))
        {
            using var packed = typeof(Architecture).Assembly.GetManifestResourceStream(Folder + nameOrPath + Extension)!;
            using var json = new MemoryStream();
            using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
            unpacked.CopyTo(json);
            return json.ToArray();
        }
        if (!File.Exists(nameOrPath))
            throw new KerasImportException(nameOrPath, $"it is neither an architecture's name ({string.Join(", ", Names)}) nor a file.");
        if (new FileInfo(nameOrPath).Length > MaxJsonBytes)
            throw new KerasImportException(nameOrPath, "it is too large for a model's configuration.");
        return File.ReadAllBytes(nameOrPath);
    }
}
