using LusPipeline.Core.Outcomes;

namespace LusPipeline.Pipeline.Ingest;

/// <summary>The frame size that the backbone of each bundle takes, by the bundle's id.</summary>
public sealed class ClipFrameSizes(IReadOnlyDictionary<string, ClipFrameSize> sizes)
{
    /// <exception cref="MissingModelException">This process does not know the bundle.</exception>
    public ClipFrameSize For(string bundleId) => sizes.TryGetValue(bundleId, out var size) ? size : throw new MissingModelException(bundleId, null);
}
