namespace LusPipeline.Models.Bundles;

/// <summary>Finds bundles that are given by name instead of by folder. They are in a folder <c>models</c>, next to the program or above it.</summary>
public static class BundleCatalog
{
    public const string DefaultName = "xception-lstm";
    private const string FolderName = "models";

    /// <summary>The folder of a bundle's name or path. The bundle itself is not checked.</summary>
    /// <param name="nameOrFolder">A bundle's name or folder, with a further head behind a colon if one is wanted; null for the default bundle.</param>
    /// <returns>What <see cref="Bundle.Load"/> takes.</returns>
    /// <exception cref="BundleException">It is neither a folder nor the name of a bundle.</exception>
    public static string Find(string? nameOrFolder)
    {
        if (nameOrFolder is not null && Directory.Exists(nameOrFolder))
            return Path.GetFullPath(nameOrFolder);
        if (nameOrFolder is not null && BundleReference.Split(nameOrFolder) is (var bundle, { } head))
            return BundleReference.Of(Find(bundle), head);
        var name = nameOrFolder ?? DefaultName;
        var root = Root();
        if (root is not null && Path.GetFileName(name) == name && Directory.Exists(Path.Combine(root, name)))
            return Path.Combine(root, name);
        throw new BundleException(nameOrFolder is null
            ? $"The default model '{DefaultName}' is not there: it belongs in a folder '{FolderName}' next to the program or above it. Give a model with --model."
            : $"'{nameOrFolder}' is neither a folder nor the name of a model; see lus models list.");
    }

    /// <summary>The nearest folder <c>models</c> that contains a bundle, searched upwards from the program's folder; null if there is none.</summary>
    public static string? Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, FolderName);
            if (Folders(models).Any())
                return models;
        }
        return null;
    }

    /// <summary>The folders directly below <paramref name="root"/> that have a manifest, sorted by name.</summary>
    public static IEnumerable<string> Folders(string root) =>
        Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).Where(folder => File.Exists(Path.Combine(folder, BundleManifest.FileName))).Order(StringComparer.Ordinal)
            : [];

    /// <summary>The folders of bundles in several places, each once.</summary>
    /// <param name="places">Bundles' folders, with a further head behind a colon or not, and folders that hold bundles. Those that do not exist are left out.</param>
    public static IEnumerable<string> FoldersIn(IEnumerable<string> places) =>
        places.Select(place => BundleReference.Split(place).Folder).SelectMany(place => File.Exists(Path.Combine(place, BundleManifest.FileName)) ? [place] : Folders(place)).Distinct(StringComparer.Ordinal);
}
