using LusPipeline.Core.Outcomes;

namespace LusPipeline.Pipeline.Ingest;

/// <summary>
/// Bundles for which enough clips wait already, although no living worker computes their features. Their clips take no places of the gate, so
/// that other bundles' videos go on; and no more of them are cut.
/// </summary>
public sealed class StalledBundles
{
    private volatile IReadOnlySet<string> _ids = new HashSet<string>();

    /// <summary>Sets the ids of the bundles.</summary>
    public void Set(IReadOnlySet<string> ids) => _ids = ids;

    /// <exception cref="MissingModelException">The bundle is stalled. Its videos are offered again later.</exception>
    public void Check(string bundleId)
    {
        if (_ids.Contains(bundleId))
            throw new MissingModelException(bundleId, null);
    }
}
