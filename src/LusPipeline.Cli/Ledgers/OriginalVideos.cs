using LusPipeline.Buckets;

namespace LusPipeline.Cli.Ledgers;

/// <summary>Where the original videos of a ledger are.</summary>
internal sealed class OriginalVideos(IVideoBucket bucket, IDisposable? owner) : IDisposable
{
    public IVideoBucket Bucket => bucket;

    /// <summary>The originals of workers.</summary>
    public static OriginalVideos OfWorkers(LedgerObjects objects) =>
        new(objects.Originals ?? throw new InvalidOperationException("A home folder has no bucket of originals."), objects);

    public void Dispose() => owner?.Dispose();
}
