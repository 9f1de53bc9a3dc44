using LusPipeline.Models.Bundles;

namespace LusPipeline.Explaining.Subjects;

/// <summary>Finds the bundle of a result again by its id, among bundles of this machine.</summary>
/// <param name="places">Bundles' folders, and folders that hold bundles. Those that do not exist are left out.</param>
/// <param name="keys">The keys one of which has to have signed a bundle; null for none.</param>
public sealed class BundleFinder(IEnumerable<string> places, TrustedKeys? keys = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Bundle> _loaded = new(StringComparer.Ordinal);
    private readonly string[] _places = [.. places];

    /// <summary>Loads the bundle, with its own head or with one of its further heads, and keeps it.</summary>
    /// <exception cref="NotExplainableException">It is not here.</exception>
    /// <exception cref="BundleException">It is here, but its files are missing, changed, or not signed.</exception>
    public Bundle Load(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_lock)
        {
            if (_loaded.TryGetValue(id, out var known))
                return known;
            var reference = Folders().SelectMany(Ids).FirstOrDefault(one => one.Id == id).Reference ?? throw new NotExplainableException(
                $"The model of this result (id {id[..Math.Min(12, id.Length)]}) is not on this machine. Name its folder, or analyse the video again with a model that is here.");
            var bundle = Bundle.Load(reference, keys);
            _loaded.Add(id, bundle);
            return bundle;
        }
    }

    private IEnumerable<string> Folders() => BundleCatalog.FoldersIn(_places);

    private static IReadOnlyList<(string Reference, string Id)> Ids(string folder)
    {
        try
        {
            return BundleIds.In(folder);
        }
        catch (BundleException)
        {
            // A bundle that cannot be read made no result; the one that is looked for may be another.
            return [];
        }
    }
}
