namespace LusPipeline.Core.Outcomes;

/// <summary>Work is meant for a model that this process does not have; another may.</summary>
/// <param name="bundleId">The bundle's id.</param>
/// <param name="variant">The bundle's variant, or null where any would do.</param>
public sealed class MissingModelException(string bundleId, string? variant)
    : Exception($"Work is meant for bundle {bundleId}{(variant is null ? "" : $" ({variant})")}, which this process does not have. Add it to Model:More, or start a worker with it.");
