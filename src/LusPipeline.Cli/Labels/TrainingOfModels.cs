using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Labels;

/// <summary>What the bundles on this machine say of the videos that their heads were trained on.</summary>
/// <param name="places">Folders of bundles, and folders that hold bundles. Those that do not exist are left out.</param>
internal sealed class TrainingOfModels(IEnumerable<string> places)
{
    private readonly Lazy<Dictionary<string, BundleTraining?>> _byModel = new(() => Read(places));

    /// <param name="model">A result's model: name, version and the first twelve digits of the bundle's id, <c>name@version+id</c>.</param>
    /// <returns>Null if the bundle is not here, or does not say it.</returns>
    public BundleTraining? Find(string model) => _byModel.Value.GetValueOrDefault(model[(model.LastIndexOf('+') + 1)..]);

    private static Dictionary<string, BundleTraining?> Read(IEnumerable<string> places)
    {
        var trainings = new Dictionary<string, BundleTraining?>(StringComparer.Ordinal);
        foreach (var folder in BundleCatalog.FoldersIn(places))
        {
            try
            {
                foreach (var (_, id, manifest) in BundleIds.Manifests(folder))
                    trainings[id[..12]] = manifest.Training;
            }
            catch (BundleException)
            {
                // A bundle that cannot be read made no result.
            }
        }
        return trainings;
    }
}
