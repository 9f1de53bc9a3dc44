namespace LusPipeline.Models.Bundles;

/// <summary>
/// Names a bundle's folder, and perhaps one of its further heads behind a colon: <c>models/xception-lstm:paper</c>. The head is a name in the manifest, never
/// a path.
/// </summary>
public static class BundleReference
{
    /// <returns>The folder and the head's name. The head is null if there is no colon, or if a folder has the whole text as its name.</returns>
    public static (string Folder, string? Head) Split(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var colon = reference.LastIndexOf(':');
        return colon <= 0 || reference.IndexOf('/', colon) >= 0 || Directory.Exists(reference) ? (reference, null) : (reference[..colon], reference[(colon + 1)..]);
    }

    /// <summary>The reference that <see cref="Split"/> takes apart.</summary>
    public static string Of(string folder, string? head) => head is null ? folder : $"{folder}:{head}";
}
