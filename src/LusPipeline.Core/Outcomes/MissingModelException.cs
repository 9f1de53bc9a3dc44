namespace LusPipeline.Core.Outcomes;

/// <summary>The work needs a model that this process does not have. Another process may have it.</summary>
/// <param name="bundleId">The bundle's id.</param>
/// <param name="variant">The bundle's variant; null if any variant would do.</param>
public sealed class MissingModelException(string bundleId, string? variant)
    : Exception($"Work is meant for bundle {bundleId}{(variant is null ? "" : $" ({variant})")}, which this process does not have. Add it to Model:More, or start a worker with it.")
{
    public string BundleId { get; } = bundleId;
}
